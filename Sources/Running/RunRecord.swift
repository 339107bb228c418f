package import CoreDevice
package import Diagnostics
package import Freezing
package import Simulation
package import Typing
package import Values

/// The shared datasets that are known, by key.
package struct SharedStore: Hashable, Sendable {
  package var values: [String: Constant]
  package init(_ values: [String: Constant] = [:]) { self.values = values }
}

/// One experiment to be run, and with what.
package struct RunRequest: Sendable {
  package var program: ProvenProgram
  package var experiment: ExperimentID
  /// Values that the user gave to arguments.
  package var arguments: [MemberID: Constant] = [:]
  /// Arguments whose values are filled in when a kernel starts instead of being folded into its
  /// code (rule 40).
  package var bound: Set<MemberID> = []
  package var seed: UInt64 = 0
  /// Device time, in ticks, after which the run is stopped at the first safe point.
  package var stopTime: Int64?
  /// Calls and backward jumps of the host half after which the run is stopped, wherever it is.
  package var hostStepMax = Int64.max
  package var shared = SharedStore()
  package var keepsTrace = false
  package var engine = EngineChoice()

  package init(program: ProvenProgram, experiment: ExperimentID) {
    self.program = program
    self.experiment = experiment
  }
}

/// Who wants to hear of a run while it is going.
package struct RunObserver {
  /// A line was printed.
  package var output: (String) -> Void
  /// So much of the dataset that grows over axes is there, from 0 to 1.
  package var progress: (Double) -> Void
  /// Asked now and then: whether the run is to be interrupted at its next safe point.
  package var isInterrupted: () -> Bool
  package init(
    output: @escaping (String) -> Void = { _ in }, progress: @escaping (Double) -> Void = { _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.output = output
    self.progress = progress
    self.isInterrupted = isInterrupted
  }
}

/// How a run ended.
package enum RunStatus: String, Hashable, Sendable {
  case completed, failed, stopped, cancelled, interrupted
}

/// Where the value of an argument came from.
package enum Origin: String, Hashable, Sendable { case `default`, given, shared, fixed }

/// An error that a program did not catch.
package struct RunError: Hashable, Sendable {
  /// A place on the way to it.
  package struct Place: Hashable, Sendable {
    package let function: String
    package let file: String
    package let line: Int
    package let column: Int
  }
  /// Its name: `Underflow`, `IonLost`.
  package let code: String
  package let message: String
  /// Innermost first; those on the device before those on the host.
  package let backtrace: [Place]
}

/// What is left of a run.
package struct RunRecord: Sendable {
  package struct Argument: Sendable {
    package let name: String
    package let type: Type
    package let value: Constant
    package let origin: Origin
    /// The keys of the shared values that its default read.
    package let keys: [String]
  }
  package struct Axis: Sendable {
    package let name: String
    package let type: Type
    package let values: Constant
  }
  package struct Dataset: Sendable {
    package let name: String
    package let type: Type
    package let value: DatasetValue
    package let axes: [Axis]
    /// The name of the dataset that holds its error bars.
    package let errorBars: String?
  }
  package struct Shared: Sendable {
    package let key: String
    package let type: Type
    package let value: Constant
  }

  package let experiment: String
  package internal(set) var status = RunStatus.completed
  package internal(set) var arguments: [Argument] = []
  package internal(set) var datasets: [Dataset] = []
  package internal(set) var shared: [Shared] = []
  package internal(set) var output: [String] = []
  package internal(set) var error: RunError?
  /// The error that left `cleanup`, where `run` had failed before it.
  package internal(set) var cleanupError: RunError?
  package internal(set) var account = Account()
  package internal(set) var traceDigest = ""
  /// Device time at the end, in ticks.
  package internal(set) var deviceTime: Int64 = 0
  /// Empty unless it was asked for.
  package internal(set) var trace: Trace?
  /// Kernels compiled, and how often an image that was there already served.
  package internal(set) var compileCount = 0
  package internal(set) var reuseCount = 0

  init(experiment: String) { self.experiment = experiment }
}

/// An argument's value that is outside the range that the experiment declares.
package struct RangeFault: Hashable, Sendable {
  package let argument: String
  package let message: String
}

/// What became of a request.
package enum RunOutcome: Sendable {
  case ran(RunRecord, shared: SharedStore)
  /// An argument is out of range: nothing was run.
  case outOfRange(RangeFault)
  /// The program could not be compiled to the end.
  case refused([Diagnostic])
  /// Our mistake, and what it is: lowering made an image that is refused where it is to run.
  case broken(String)
}
