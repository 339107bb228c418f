import Diagnostics
import Freezing
import Laboratory
import Reference
import Running
import Simulation
package import Toolchain
import Typing
import Values

extension Judgement {
  /// Runs the program's experiments by every engine, compares the engines with each other and with
  /// what is promised; the engines that really ran.
  ///
  /// Without `comparingOutput` the output is only compared between the engines.
  package mutating func judgeRuns(_ checked: CheckedProgram, comparingOutput: Bool = true)
    -> [Engine]
  {
    let typed = checked.typed
    let options = program.options
    var experiments = typed.runnable
    if let name = options.experiment { experiments = experiments.filter { $0.name == name } }
    guard !experiments.isEmpty else {
      complain(1, "there is no experiment to run")
      return []
    }
    guard experiments.count == 1 || options.runsAll else {
      complain(1, "there are several experiments: say `experiment=Name` or `all`")
      return []
    }
    var outcomes: [Engine: [EngineOutcome]] = [:]
    for engine in Engine.allCases {
      var store = SharedStore()
      for (index, experiment) in experiments.enumerated() {
        guard let request = request(for: experiment, in: checked, after: index == 0 ? nil : store)
        else { return [] }
        let outcome = TestKit.run(request, by: engine)
        store = outcome.store
        outcomes[engine, default: []].append(outcome)
      }
    }
    let machine = outcomes[.machine] ?? []
    for engine in Engine.allCases where engine != .machine {
      for (mine, theirs) in zip(machine, outcomes[engine] ?? []) {
        for difference in mine.differences(from: theirs) {
          complain(1, "the engines differ: \(difference)")
        }
      }
    }
    for outcome in machine { if let refusal = outcome.refusal { complain(1, refusal) } }
    judge(machine, in: checked, comparingOutput: comparingOutput)
    judgeTests(checked)
    return outcomes.flatMap { $0.value.map(\.engine) }
  }

  private mutating func request(
    for experiment: TypedExperiment, in checked: CheckedProgram, after earlier: SharedStore?
  ) -> EngineRequest? {
    var request = EngineRequest(
      program: checked.proven, experiment: experiment, seed: program.options.seed,
      stopTime: program.options.stopTime)
    do throws(ArgumentFailure) {
      request.arguments = try argumentValues(program.options.arguments, of: experiment, in: checked)
    } catch {
      switch error {
      case .usage(let message): complain(1, message)
      case .diagnostics(let diagnostics, _): complain(1, "\(diagnostics.map(\.message))")
      case .broken(let why): complain(1, "larmor is wrong: \(why)")
      }
      return nil
    }
    if let earlier {
      request.shared = earlier
    } else if let text = program.options.shared {
      do throws(JSONError) {
        let (store, faults) = try SharedFile(Array(text.utf8)).store(
          for: experiment, in: checked.typed)
        for fault in faults { complain(1, fault) }
        request.shared = store
      } catch {
        complain(1, "the shared values are no JSON: \(error)")
      }
    }
    return request
  }

  // MARK: What is promised

  private mutating func judge(
    _ outcomes: [EngineOutcome], in checked: CheckedProgram, comparingOutput: Bool
  ) {
    if comparingOutput { judgeOutput(outcomes.flatMap(\.output)) }
    judgeEnd(outcomes, in: checked)
    let printer = Printer(checked.typed)
    for promise in program.promises {
      switch promise.kind {
      case .dataset(let name, let text):
        judge(dataset: name, text, on: promise.line, outcomes, printer, checked.typed)
      case .shared(let key, let text):
        let member = checked.typed.members.first { $0.isShared(at: key) }
        let value = outcomes.last { $0.shared.contains { $0.key == key } }?.shared.first {
          $0.key == key
        }?.value
        guard let member, let value else {
          complain(promise.line, "there is no shared value `\(key)`")
          continue
        }
        let there = printer.literal(value, member.type)
        if there != text { complain(promise.line, "`\(key)` is \(there)") }
      case .trace(let device, let text):
        let there = outcomes.map { self.text(of: $0.trace, device, printer) }.joined(separator: " ")
        if there != text { complain(promise.line, "the trace of \(device) is \(there)") }
      case .diagnostic, .label, .fix, .clean, .tokens, .tree, .type, .captures, .output, .raises,
        .status, .passes, .fails:
        break
      }
    }
  }

  private mutating func judgeOutput(_ output: [String]) {
    var lines = output[...]
    for promise in program.promises {
      guard case .output(let text) = promise.kind else { continue }
      guard let line = lines.popFirst() else {
        complain(promise.line, "the output ends before this")
        continue
      }
      if line != text {
        complain(promise.line, "the output is\n    \(line)\n  and not\n    \(text)")
      }
    }
    if let line = lines.first {
      complain(1, "\(lines.count) further lines of output, the first is\n    \(line)")
    }
  }

  private mutating func judgeEnd(_ outcomes: [EngineOutcome], in checked: CheckedProgram) {
    var expected = "completed"
    var isRaised = false
    for promise in program.promises {
      switch promise.kind {
      case .status(let status): expected = status
      case .raises(let code, let place):
        isRaised = true
        expected = "failed"
        guard let outcome = outcomes.first(where: { $0.failure != nil }),
          let failure = outcome.failure
        else {
          complain(promise.line, "\(code) is not raised")
          continue
        }
        judge(failure, outcome, code, place, in: checked)
      case .diagnostic, .label, .fix, .clean, .tokens, .tree, .type, .captures, .output, .dataset,
        .shared, .trace, .passes,
        .fails:
        break
      }
    }
    for outcome in outcomes {
      if outcome.refusal == nil, outcome.status != expected {
        complain(1, "the run is \(outcome.status), not \(expected)")
      }
      if let failure = outcome.failure, !isRaised {
        complain(failure.line, "raises \(failure.code) (\(outcome.message)) in \(failure.file)")
      }
    }
  }

  private mutating func judge(
    _ failure: EngineOutcome.Failure, _ outcome: EngineOutcome, _ code: String,
    _ place: Promise.Place,
    in checked: CheckedProgram
  ) {
    if failure.code != code { complain(place.line, "\(failure.code) is raised instead of \(code)") }
    let source = checked.loaded.sources[checked.loaded.main]
    guard let own = outcome.backtrace.first(where: { $0.file == source.name }) else {
      return complain(place.line, "\(failure.code) has no place in this file: \(outcome.backtrace)")
    }
    if own.line != place.line {
      complain(place.line, "\(failure.code) is raised on line \(own.line) instead")
    }
    if let text = place.text {
      let there = String(source.line(own.line).dropFirst(own.column - 1))
      if !there.hasPrefix(text) { complain(place.line, "\(failure.code) is raised at `\(there)`") }
    }
    if let fragment = place.fragment, !outcome.message.contains(fragment) {
      complain(place.line, "the message is: \(outcome.message)")
    }
  }

  private mutating func judge(
    dataset name: String, _ text: String, on line: Int, _ outcomes: [EngineOutcome],
    _ printer: Printer, _ typed: TypedProgram
  ) {
    let member = typed.members.first { $0.kind == .dataset && $0.name == name }
    let value = outcomes.last { $0.datasets.contains { $0.name == name } }?.datasets.first {
      $0.name == name
    }?.value
    guard let member, let value else { return complain(line, "there is no dataset `\(name)`") }
    let there = self.text(of: value, member.type, printer)
    if there != text { complain(line, "`\(name)` is \(there)") }
  }

  private func text(of value: DatasetValue, _ type: Type, _ printer: Printer) -> String {
    switch value {
    case .missing: return "missing"
    case .value(let constant): return printer.literal(constant, type)
    case .array(let elements):
      guard case .array(let element) = type else { return "\(value)" }
      return "[" + elements.map { text(of: $0, element, printer) }.joined(separator: ", ") + "]"
    }
  }

  private func text(of trace: Trace?, _ device: String, _ printer: Printer) -> String {
    (trace?.events(device) ?? []).map { event in
      let address = event.address == 0 ? "" : "@\(event.address)"
      return "\(printer.text(.integer(event.time), .duration))\(address)=\(event.value)"
    }.joined(separator: " ")
  }

  // MARK: Tests

  private mutating func judgeTests(_ checked: CheckedProgram) {
    let source = checked.loaded.sources[checked.loaded.main]
    var failing: Set<Promise> = []
    for test in checked.typed.tests {
      let line = source.position(of: test.span.start).line
      let outcome: TestOutcome
      switch runTest(test, of: checked.proven, seed: program.options.seed) {
      case .success(let found): outcome = found
      case .failure(let failure):
        complain(line, "the test does not run: \(failure)")
        continue
      }
      if program.promises.contains(where: { $0.kind == .passes && $0.line == line }),
        !outcome.hasPassed
      {
        complain(line, "the test fails: \(outcome.failures.map(\.message))")
      }
      for failure in outcome.failures {
        let place = failure.span.map { source.position(of: $0.start).line } ?? line
        let promise = program.promises.first { promise in
          guard case .fails(let fragment) = promise.kind else { return false }
          return promise.line == place && failure.message.contains(fragment)
        }
        if let promise {
          failing.insert(promise)
        } else {
          complain(place, "an expectation fails: \(failure.message)")
        }
      }
      compare(outcome, test, checked, line)
    }
    for promise in program.promises {
      if case .fails = promise.kind, !failing.contains(promise) {
        complain(promise.line, "the expectation does not fail")
      }
    }
  }

  /// Both engines meet and miss the same expectations.
  private mutating func compare(
    _ outcome: TestOutcome, _ test: TypedTest, _ checked: CheckedProgram, _ line: Int
  ) {
    guard let reference = interpret(test, of: checked.proven, seed: program.options.seed) else {
      return complain(line, "the reference interpreter does not know something in this test")
    }
    if reference.expectations.count != outcome.expectationCount {
      complain(
        line,
        "the machine has \(outcome.expectationCount) expectations, the reference \(reference.expectations.count)"
      )
    }
    let missed = Set(reference.expectations.filter { !$0.isMet }.map(\.span))
    if missed != Set(outcome.failures.compactMap(\.span)) {
      complain(line, "the engines miss different expectations")
    }
    if reference.output != outcome.output { complain(line, "the engines print different things") }
  }
}
