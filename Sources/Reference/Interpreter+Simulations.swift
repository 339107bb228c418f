import Diagnostics
import Freezing
import Running
import Simulation
import Typing
import Values

// Experiments that a test simulates, and what it asks of them (rules 31 and 62).

extension Interpreter {
  mutating func simulate(
    _ experiment: ExperimentID, _ arguments: [MemberID: TypedExpression], _ seed: TypedExpression?,
    _ shared: [SharedInput], _ laboratory: String?, at span: Span
  ) throws(Stop) -> Value {
    var values: [MemberID: Constant] = [:]
    for (member, argument) in arguments.sorted(by: { $0.key.index < $1.key.index }) {
      values[member] = try evaluate(argument).constant
    }
    guard let program else { throw .unsupported("a simulation in a forced run") }
    var request = ReferenceRequest(
      program: program.inLaboratory(laboratory), experiment: experiment)
    request.arguments = values
    request.seed = self.seed
    if let seed { request.seed = UInt64(bitPattern: try integer(seed)) }
    for input in shared { request.shared[input.key] = try evaluate(input.value).constant }
    request.keepsTrace = true
    switch perform(request) {
    case .ran(let record):
      simulations.append(record)
      return .integer(Int64(simulations.count - 1))
    case .outOfRange: throw raise(.limitExceeded, at: span)
    case .unsupported(let what): throw .unsupported(what)
    case .outOfSteps: throw .outOfSteps
    }
  }

  /// What the simulation, the first of `values`, says.
  func answer(_ result: SimulationResult, _ values: [Value], at span: Span) throws(Stop) -> Value {
    guard case .integer(let handle)? = values.first, let record = simulation(handle) else {
      throw .unsupported("a simulation that is none")
    }
    func text() throws(Stop) -> String {
      guard values.count > 1, case .text(let text) = values[1] else {
        throw .unsupported("a name that is none")
      }
      return text
    }
    func value(at key: String) throws(Stop) -> Value {
      guard let entry = record.shared.first(where: { $0.key == key }) else {
        throw raise(.missingValue, at: span)
      }
      return Value(entry.value)
    }
    switch result {
    case .path: return .integer(handle)
    case .events:
      return .array(
        (record.trace?.events(try text()) ?? []).map {
          .tuple([
            .integer($0.time), .integer($0.address), .integer(Int64(bitPattern: $0.value)),
          ])
        })
    case .values:
      return .array(
        (record.trace?.values(try text()) ?? []).map {
          .tuple([.integer($0.time), .integer($0.address), .float($0.value)])
        })
    case .phase:
      guard values.count == 3, case .integer(let time) = values[2],
        let turns = record.trace?.phase(try text(), at: time)
      else { throw raise(.missingValue, at: span) }
      return .float(turns)
    case .error: return .optional(record.error.map { .text($0.code) })
    case .dataset(let member):
      guard let dataset = record.datasets.first(where: { $0.name == typed[member].name }),
        let value = dataset.value.constant
      else { throw raise(.missingValue, at: span) }
      return Value(value)
    case .shared(let member):
      guard case .shared(let key) = typed[member].kind else { throw .unsupported("no key") }
      return try value(at: key)
    case .family: return try value(at: try text())
    }
  }
}
