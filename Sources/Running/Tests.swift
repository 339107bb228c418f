package import Diagnostics
package import Freezing
import Lowering
import Machine
package import Typing
import Values

/// What became of one `test` of a program.
package struct TestOutcome: Sendable {
  package struct Failure: Hashable, Sendable {
    /// What was expected and what there was instead, or the error that ended the test.
    package let message: String
    package let span: Span?
  }
  package let title: String
  package let span: Span
  package let expectationCount: Int
  package let failures: [Failure]
  package let output: [String]
  package var hasPassed: Bool { failures.isEmpty }
}

/// Expectations of a test so far.
struct Expectations {
  private(set) var count = 0
  private(set) var failures: [TestOutcome.Failure] = []

  mutating func note(_ isMet: Bool, _ condition: String, sides: [String], span: Span) {
    count += 1
    guard !isMet else { return }
    var message = "expected \(condition)"
    if sides.count == 2 { message += ": left is \(sides[0]), right is \(sides[1])" }
    failures.append(TestOutcome.Failure(message: message, span: span))
  }

  mutating func note(failure message: String) {
    failures.append(TestOutcome.Failure(message: message, span: nil))
  }
}

/// Runs `test` of `program`, its simulations in worlds made from `seed`.
///
/// An error that the test raises is a failure in its outcome, and so is the end of its
/// `hostStepMax` calls and backward jumps, or that it was interrupted. What it simulates is stopped
/// at device time `stopTime`. `isInterrupted` is asked now and then.
package func runTest(
  _ test: TypedTest, of program: ProvenProgram, seed: UInt64, hostStepMax: Int64 = .max,
  stopTime: Int64? = nil, isInterrupted: @escaping () -> Bool = { false }
) -> Result<TestOutcome, EvaluationFailure> {
  let typed = program.typed
  let constants = typed.ordered(
    typed.members.filter { $0.kind == .constant && $0.experiment == nil }.map(\.id))
  do throws(HostStop) {
    var session = try HostSession.open(
      program: program, roots: [test.body] + constants.compactMap { typed[$0].initializer },
      seed: seed, observer: RunObserver(isInterrupted: isInterrupted))
    session.hostStepsLeft = hostStepMax
    session.stopTime = stopTime
    do throws(HostStop) {
      for constant in constants { try session.initialize(constant) }
      _ = try session.call(test.body)
      if session.wasInterrupted { throw .stopped }
    } catch .failed(let error, _) {
      let place = error.backtrace.first.map { " at \($0.file):\($0.line):\($0.column)" } ?? ""
      session.expectations.note(failure: "\(error.code): \(error.message)\(place)")
    } catch .stopped {
      session.expectations.note(
        failure: session.wasInterrupted
          ? "the test did not end in time and was stopped" : "the test takes too many steps")
    }
    let expectations = session.expectations
    return .success(
      TestOutcome(
        title: test.title, span: test.span, expectationCount: expectations.count,
        failures: expectations.failures,
        output: session.output))
  } catch {
    switch error {
    case .refused(let diagnostics): return .failure(.refused(diagnostics))
    case .broken(let why): return .failure(.broken(why))
    case .failed(let error, _): return .failure(.failed(error))
    case .stopped: return .failure(.broken("nothing has run that could stop"))
    }
  }
}
