import Bytecode
import Machine
import Native
import TestKit
import Testing

/// Native code for arm64 does what the interpreter does: it runs under qemu-user, on memory that it
/// shares with the machine here, and leaves to the interpreter here what it leaves to it.
@Suite(
  .enabled(
    if: Arm64Process.missing == nil, Comment(rawValue: Arm64Process.missing ?? "all is there")))
struct Arm64Tests {
  @Test func randomCode() throws {
    try NativeTests.compareRandomCode(.arm64, rounds: 600, exitMin: 60, process: Arm64Process())
  }

  @Test func countedDepth() throws {
    try NativeTests.compareCountedDepth([.arm64], process: Arm64Process())
  }

  @Test func deepCalls() throws {
    try NativeTests.compareDeepCalls([.arm64], process: Arm64Process())
  }

  @Test func mutatedImages() throws {
    try FuzzTests.compareMutatedImages(.arm64, samples: 10, process: Arm64Process())
  }

  /// Each operation that has a template is done by it: the interpreter has to do no more than
  /// without it, for some operands at least.
  @Test func everyTemplate() throws {
    let process = try Arm64Process()
    var count = 0
    let before = try Self.fewestOperations(nil, .plain, process)
    for operation in Opcode.allCases where operation.treatment == .template {
      for form in TemplateCode.Form.allCases where form.fits(operation) {
        let fewest: Int
        do {
          fewest = try Self.fewestOperations(operation, form, process)
        } catch {
          Issue.record("\(operation) \(form): \(error)")
          continue
        }
        let around = TemplateCode.operationCount(operation, form)
        #expect(fewest == before + around, "\(operation) \(form)")
        count += 1
      }
    }
    #expect(count > 180, "\(count)")
  }

  /// Compares what the interpreter and arm64 make of `operation`; how many operations the
  /// interpreter has to do for the latter, at least.
  private static func fewestOperations(
    _ operation: Opcode?, _ form: TemplateCode.Form, _ process: Arm64Process
  ) throws -> Int {
    var bench = try Bench(TemplateCode.image(operation, form), process: process)
    var expected: [Run] = []
    try bench.renew(.switched)
    for words in TemplateCode.arguments { expected.append(Self.run(words, &bench)) }
    try bench.renew(.arm64)
    var fewest = Int.max
    for (words, outcome) in zip(TemplateCode.arguments, expected) {
      let before = process.operationCount
      let found = Self.run(words, &bench)
      fewest = min(fewest, process.operationCount - before)
      #expect(found == outcome, "\(operation.map { "\($0)" } ?? "nothing") \(form) of \(words)")
    }
    bench.expectFence()
    return fewest
  }

  /// How a run ended, what it charged, what was left of its budget, and where the machine stands.
  private struct Run: Hashable {
    let outcome: Outcome
    let charged: Int64
    let budget: Int64
    let position: UInt64
  }

  private static func run(_ arguments: [UInt64], _ bench: inout Bench) -> Run {
    #expect(bench.machine.start(0) == nil)
    #expect(bench.machine.importArguments(arguments) == nil)
    bench.machine.setBound(0, 77)
    bench.machine.budget = 1000
    bench.port.charged = 0
    let outcome = bench.go()
    return Run(
      outcome: outcome, charged: bench.port.charged, budget: bench.machine.budget,
      position: bench.machine.position)
  }

  /// Calls and returns stay in native code: the interpreter does only the last return.
  @Test func calls() throws {
    let process = try Arm64Process()
    var bench = try Bench(image([ControlTests.fibonacci()]), process: process)
    try bench.renew(.arm64)
    #expect(bench.call([15]) == .results([610]))
    #expect(process.operationCount == 1)
  }

  /// A function longer than conditional jumps reach, from end to end and back.
  @Test func farJumps() throws {
    var main = Assembler("far", parameters: [.integer, .integer], results: [.integer])
    let one = main.slot(.integer)
    main.emit(.loadInteger, one, wide: 1)
    main.label("again")
    main.jump(.jumpIfTrue, main.slot(.boolean), to: "end")
    main.emit(.lessInteger, 3, 0, one)
    main.branch(.branchLess, 0, one, to: "near")
    main.label("near")
    main.jump(.jumpIfTrue, 3, to: "end")
    for _ in 0..<150_000 { main.emit(.addInteger, 1, 1, one) }
    main.emit(.addImmediate, 0, 0, 0xFFFF)
    main.jump(to: "again")
    main.label("end")
    main.giveBack(1)
    let process = try Arm64Process()
    var bench = try Bench(image([ControlTests.fibonacci(), main]), process: process)
    let code = try #require(TranslatedCode(bench.image, for: .arm64))
    #expect(code.bytes.count > 3 << 20, "\(code.bytes.count)")
    for way in [Way.switched, .arm64] {
      try bench.renew(way)
      #expect(bench.call([3, 5], function: 1) == .results([450_005]))
      #expect(
        bench.call([3, word(Int64.max - 100_000)], function: 1)
          == .failed(Fault(.arithmeticOverflow)))
      #expect(bench.call([20]) == .results([6765]))
    }
  }

  /// Slots farther from the frame's beginning than an instruction says, and long elements.
  @Test(arguments: [Way.native, .arm64]) func farSlots(_ way: Way) throws {
    var main = Assembler("far", parameters: [.integer], results: [.integer, .float])
    for _ in 0..<20_000 { _ = main.slot(.integer) }
    let (number, sum) = (main.slot(.integer), main.slot(.integer))
    let (float, double) = (main.slot(.float), main.slot(.float))
    let array = main.slot(.borrowed(5))
    let first = main.slot(.integer)
    for _ in 1..<2000 { _ = main.slot(.integer) }
    main.emit(.loadInteger, sum, wide: 0)
    main.emit(.integerToFloat, float, 0)
    main.emit(.addFloat, double, float, float)
    main.emit(.arrayData, array, wide: 0)
    main.label("again")
    main.emit(.move, number, 0)
    main.emit(.elementLoad, first, array, number, lanes: [2000, 0, 2000, 0])
    main.emit(.addInteger, sum, sum, first + 1999)
    main.emit(.addImmediate, 0, 0, 0xFFFF)
    main.branch(.branchGreaterOrEqualImmediate, 0, 0, to: "again")
    main.giveBack(sum, double)
    var contents = image([main])
    contents.layouts.append(Layout(words: Array(repeating: .integer, count: 2000)))
    contents.data = [
      DataContents(layout: 5, elements: .words((0..<8000).map { UInt64($0) }))
    ]
    let process = try Arm64Process()
    var bench = try Bench(contents, stack: 1 << 16, process: process)
    for way in [Way.switched, way] {
      try bench.renew(way)
      let expected: UInt64 = 1999 + 3999 + 5999
      #expect(bench.call([2]) == .results([expected, word(4.0)]), "\(way)")
      #expect(bench.call([4]).error == Fault(.indexOutOfRange).error, "\(way)")
    }
  }
}

/// What the compiler lowers does the same on arm64.
extension Arm64Tests {
  /// The benchmark's kernels stay in native code, but for what allocates arrays and returns to the
  /// host.
  @Test func kernels() throws {
    let process = try Arm64Process()
    for (name, text) in ProgramComparison.kernels {
      let images = loweredImages(of: text, at: "\(name).exp")
      let kernel = try #require(images.first { $0.profile == .kernel }, "\(name)")
      var bench = try Bench(kernel, stack: 1 << 14, arena: 1 << 14, process: process)
      let expected = bench.call()
      let charged = bench.port.charged
      guard case .results(let words) = expected else {
        Issue.record("\(name): \(expected)")
        continue
      }
      #expect(words.count == 1 && words != [0], "\(name)")
      try bench.renew(.arm64)
      #expect(bench.call() == expected, "\(name)")
      #expect(bench.port.charged == charged, "\(name)")
      #expect(process.operationCount < 12, "\(name): \(process.operationCount)")
      // And stopped again and again.
      for way in [Way.switched, .arm64] {
        try bench.renew(way)
        #expect(bench.machine.start(0) == nil)
        var exits = 0
        repeat {
          bench.machine.budget = 97
          exits += 1
        } while bench.go() == .other(.outOfBudget) && exits < 100_000
        #expect(exits > 5, "\(name) \(way)")
        #expect(bench.machine.exportResults() == words, "\(name) \(way)")
        #expect(bench.port.charged == charged, "\(name) \(way)")
      }
    }
  }

  /// All programs that run, as far as they do without their host.
  @Test func programs() throws {
    let texts = Repository.files(below: "Tests/Programs/run", endingIn: ".exp").compactMap { path in
      Repository.text(of: path).map { (path, $0) }
    }
    try Self.compare(texts, imageMin: 120)
  }

  @Test func generatedPrograms() throws {
    let texts = (1...120).map { ("seed \($0)", ProgramGenerator.program(seed: $0)) }
    try Self.compare(texts, imageMin: 200)
  }

  private static func compare(_ programs: [(path: String, text: String)], imageMin: Int) throws {
    let process = try Arm64Process()
    var (imageCount, seenCount) = (0, 0)
    for (path, text) in programs {
      for contents in loweredImages(of: text, at: path) {
        imageCount += 1
        var bench = try Bench(contents, stack: 1 << 14, arena: 1 << 14, process: process)
        var seen: [[String]] = []
        for way in [Way.switched, .arm64] {
          try bench.renew(way)
          seen.append(ProgramComparison.exercise(&bench, steps: 199, roundMax: 12))
        }
        bench.expectFence()
        seenCount += seen[0].count
        guard seen[0] != seen[1] else { continue }
        let different = zip(seen[0], seen[1]).first { $0 != $1 }
        Issue.record("\(path): \(different ?? ("", ""))")
      }
    }
    #expect(imageCount > imageMin, "\(imageCount)")
    #expect(seenCount > 5 * imageMin, "\(seenCount)")
  }
}
