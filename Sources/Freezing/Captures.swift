import Diagnostics
import Typing

/// A path of a host member whose value is part of a kernel's image.
struct CapturedPath {
  let member: MemberID
  let path: AccessPath
  /// Where it is mentioned first.
  let mention: Span
}

/// A path inside a member's value.
struct MemberPath: Hashable {
  let member: MemberID
  let path: AccessPath
}

/// What each kernel captures, and what it runs on the host, through everything that it calls on the
/// device.
struct Captures {
  /// A path inside a parameter's value.
  private struct ParameterRead: Hashable {
    let index: Int
    let path: AccessPath
  }

  /// All kernels of the program, and the `cleanup`s.
  private(set) var kernels: [FunctionID] = []
  /// Everything that is read of members by some function on the device; each by number.
  private(set) var reads: [CapturedPath] = []
  /// Of each read, the number of its path: equal where two functions read the same.
  private(set) var pathOfRead: [Int32] = []
  /// What each kernel captures: numbers of reads, each path once.
  private(set) var readsOfKernel: [FunctionID: [Int32]] = [:]
  /// The `await`s and `send`s that each kernel can reach, as indices into `hostSites`.
  private(set) var hostSites: [HostSite] = []
  private(set) var sites: [FunctionID: [Int]] = [:]
  /// Kernels and functions that run on the device, in the order in which they were found.
  private(set) var deviceFunctions: [FunctionID] = []

  /// What is known of a function that runs on the device.
  private struct DeviceFunction {
    var facts = DeviceFacts()
    var sites = 0..<0
    var callees: [FunctionID] = []
    /// The paths that it reads of its parameters.
    var parameterReads: Set<ParameterRead> = []
    var ownReads: Range<Int32> = 0..<0
    /// The last kernel for which it was collected.
    var collectedFor: Int32 = -1
  }
  private var functions: [DeviceFunction] = []
  /// By function of the program: where it stands in `functions`; -1 if it does not run on the
  /// device.
  private var places: [Int32]
  private var pathNumbers: [MemberPath: Int32] = [:]
  /// Of each path the last kernel for which it was collected.
  private var collectedFor: [Int32] = []

  init(of program: TypedProgram, values: FunctionValues) {
    places = Array(repeating: -1, count: program.functions.count)
    for function in program.functions {
      switch function.kind {
      case .kernel, .seamlessKernel, .stage(.cleanup): kernels.append(function.id)
      case .portable, .host, .stage, .initializer, .test, .requirement: break
      }
    }
    gatherFacts(of: program, values: values)
    findParameterReads()
    for place in functions.indices { findOwnReads(ofFunctionAt: place, in: program) }
    collectedFor = Array(repeating: -1, count: pathNumbers.count)
    for (number, kernel) in kernels.enumerated() { collect(for: kernel, number: Int32(number)) }
  }

  private func place(of id: FunctionID) -> Int? {
    let place = places[Int(id.index)]
    return place < 0 ? nil : Int(place)
  }

  /// What `id` does when it runs on the device; nil if it does not.
  func facts(of id: FunctionID) -> DeviceFacts? { place(of: id).map { functions[$0].facts } }

  private mutating func gatherFacts(of program: TypedProgram, values: FunctionValues) {
    var pending = Array(kernels.reversed())
    while let id = pending.popLast() {
      guard places[Int(id.index)] < 0 else { continue }
      places[Int(id.index)] = Int32(functions.count)
      var reader = DeviceFactsReader(program[id], of: program, values: values)
      var function = DeviceFunction()
      function.facts = reader.run()
      function.sites = hostSites.count..<(hostSites.count + function.facts.hostSites.count)
      hostSites += function.facts.hostSites
      var seen: Set<FunctionID> = []
      for call in function.facts.calls {
        for callee in call.callees where seen.insert(callee).inserted {
          function.callees.append(callee)
        }
      }
      deviceFunctions.append(id)
      pending += function.callees.reversed()
      functions.append(function)
    }
  }

  /// Calls `body` with everything that the function reads, also by way of what its callees read of
  /// their parameters.
  ///
  /// With a whole local only once: what that stands for is the same wherever it is read.
  private func forEachRead(of facts: DeviceFacts, _ body: (Origin) -> Void) {
    var isSeen: [Bool] = []
    for read in facts.reads {
      if case .local(let local) = read.root, read.path.steps.isEmpty {
        let number = Int(local.index)
        while isSeen.count <= number { isSeen.append(false) }
        if isSeen[number] { continue }
        isSeen[number] = true
      }
      body(read)
    }
    for call in facts.calls {
      for callee in call.callees {
        guard let place = place(of: callee) else { continue }
        for read in functions[place].parameterReads
        where call.arguments.indices.contains(read.index) {
          for source in call.arguments[read.index] {
            body(
              Origin(
                root: source.root, path: source.path.appending(read.path), mention: source.mention))
          }
        }
      }
    }
  }

  private mutating func findParameterReads() {
    var callers: [[Int]] = Array(repeating: [], count: functions.count)
    for (caller, function) in functions.enumerated() {
      for callee in function.callees {
        if let callee = place(of: callee) { callers[callee].append(caller) }
      }
    }
    var pending = Array(functions.indices)
    var isPending = Array(repeating: true, count: functions.count)
    while let number = pending.popLast() {
      isPending[number] = false
      let facts = functions[number].facts
      let (aliases, parameters) = (facts.aliases, facts.parameters)
      guard !parameters.isEmpty else { continue }
      var reads = functions[number].parameterReads
      let before = reads.count
      forEachRead(of: facts) { read in
        DeviceFacts.forEachRoot(of: read, aliases, parameters) { root in
          if case .local(let local) = root.root, let index = parameters.firstIndex(of: local) {
            reads.insert(ParameterRead(index: index, path: root.path))
          }
        }
      }
      if reads.count == before { continue }
      functions[number].parameterReads = reads
      for caller in callers[number] where !isPending[caller] {
        isPending[caller] = true
        pending.append(caller)
      }
    }
  }

  private mutating func findOwnReads(ofFunctionAt place: Int, in program: TypedProgram) {
    let found = functions[place].facts
    var seen: [MemberPath: Int] = [:]
    var reads: [CapturedPath] = []
    func add(_ member: MemberID, _ path: AccessPath, _ mention: Span) {
      if let known = seen[MemberPath(member: member, path: path)] {
        // The first in the source, whatever order they were found in.
        if mention.start < reads[known].mention.start {
          reads[known] = CapturedPath(member: member, path: path, mention: mention)
        }
      } else {
        seen[MemberPath(member: member, path: path)] = reads.count
        reads.append(CapturedPath(member: member, path: path, mention: mention))
      }
    }
    let (aliases, parameters) = (found.aliases, found.parameters)
    forEachRead(of: found) { read in
      DeviceFacts.forEachRoot(of: read, aliases, parameters) { root in
        if case .member(let member) = root.root { add(member, root.path, root.mention) }
      }
    }
    // A copy of which nothing is ever read still is a mention.
    let read = Set(reads.map(\.member))
    for mention in found.mentions where !read.contains(mention.member) {
      switch program[mention.member].kind {
      case .argument, .variable, .prepared, .constant: add(mention.member, .whole, mention.span)
      case .shared, .dataset, .resident, .device, .field: break
      }
    }
    let sorted = reads.sorted { a, b in
      let first = (a.mention.start, a.member.index, a.path.steps.count)
      let second = (b.mention.start, b.member.index, b.path.steps.count)
      return first == second ? a.path.order < b.path.order : first < second
    }
    functions[place].ownReads = Int32(self.reads.count)..<Int32(self.reads.count + sorted.count)
    self.reads += sorted
    for read in sorted {
      let path = MemberPath(member: read.member, path: read.path)
      let number = pathNumbers[path] ?? Int32(pathNumbers.count)
      pathNumbers[path] = number
      pathOfRead.append(number)
    }
  }

  /// The functions that run on the device when `kernel` runs, itself first.
  func reachable(from kernel: FunctionID) -> [FunctionID] {
    var result: [FunctionID] = []
    var seen: Set<FunctionID> = []
    var pending = [kernel]
    while let next = pending.popLast() {
      guard seen.insert(next).inserted, let place = place(of: next) else { continue }
      result.append(next)
      pending += functions[place].callees.reversed()
    }
    return result
  }

  private mutating func collect(for kernel: FunctionID, number: Int32) {
    var found: [Int32] = []
    var reached: [Int] = []
    var pending = [kernel]
    while let next = pending.popLast() {
      guard let place = place(of: next), functions[place].collectedFor != number else { continue }
      functions[place].collectedFor = number
      for read in functions[place].ownReads {
        let path = Int(pathOfRead[Int(read)])
        guard collectedFor[path] != number else { continue }
        collectedFor[path] = number
        found.append(read)
      }
      reached += functions[place].sites
      pending += functions[place].callees.reversed()
    }
    readsOfKernel[kernel] = found
    sites[kernel] = reached
  }

  /// What `kernel` captures.
  func paths(of kernel: FunctionID) -> [CapturedPath] {
    (readsOfKernel[kernel] ?? []).map { reads[Int($0)] }
  }
}

extension AccessPath {
  /// Orders paths that are mentioned at one place.
  fileprivate var order: String { "\(steps)" }
}

/// What leaves this module: for each kernel the paths that it captures, cut before the first index
/// that is not constant.
struct CaptureManifest: Sendable {
  private var captures: [Capture] = []
  /// Of each read the number of what it is in the manifest.
  private var captureOfRead: [Int32] = []
  private var readsOfKernel: [FunctionID: [Int32]] = [:]

  init() {}

  init(of captures: Captures) {
    struct Key: Hashable {
      let member: MemberID
      let path: [CapturePathStep]
    }
    var numbers: [Key: Int32] = [:]
    for read in captures.reads {
      let key = Key(member: read.member, path: read.path.capturePath)
      let number = numbers[key] ?? Int32(numbers.count)
      numbers[key] = number
      captureOfRead.append(number)
      self.captures.append(Capture(member: read.member, path: key.path, mention: read.mention))
    }
    readsOfKernel = captures.readsOfKernel
  }

  subscript(kernel: FunctionID) -> [Capture] {
    var seen: Set<Int32> = []
    return (readsOfKernel[kernel] ?? []).filter { seen.insert(captureOfRead[Int($0)]).inserted }.map
    { captures[Int($0)] }
  }
}
