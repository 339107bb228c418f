import Bytecode
import Diagnostics
import Freezing
import Lowering
import Machine
import Simulation
import Typing
import Values

// Experiments that a test simulates, and what it asks of them (rules 31 and 62).

extension HostSession {
  func simulation(_ handle: Int64?) -> RunRecord? {
    guard let handle, let index = Int(exactly: handle), simulations.indices.contains(index) else {
      return nil
    }
    return simulations[index]
  }

  mutating func simulate(
    _ experiment: ExperimentID, _ members: [MemberID], _ hasSeed: Bool,
    _ shared: [SharedSlot], _ laboratory: String?, _ operands: [UInt64]
  ) {
    let types = members.map { typed[$0].type } + (hasSeed ? [.integer] : []) + shared.map(\.type)
    var values = read(operands, types)
    var request = RunRequest(program: program.inLaboratory(laboratory), experiment: experiment)
    request.seed = seed
    request.engine = engine
    request.keepsTrace = true
    request.stopTime = stopTime
    request.hostStepMax = hostStepsLeft
    for slot in shared.reversed() {
      if let value = values.popLast() { request.shared.values[slot.key] = value }
    }
    if hasSeed, case .integer(let own)? = values.popLast() {
      request.seed = UInt64(bitPattern: own)
    }
    for (member, value) in zip(members, values) { request.arguments[member] = value }
    switch Running.run(request, observer: RunObserver(isInterrupted: observer.isInterrupted)) {
    case .ran(let record, _):
      simulations.append(record)
      heedInterruption()
      answer([UInt64(simulations.count - 1)])
    case .outOfRange(let fault):
      let error = RunError(code: "LimitExceeded", message: fault.message, backtrace: [])
      pass(on: .failed(error, fault: Fault(.limitExceeded)))
    case .refused(let diagnostics): pass(on: .refused(diagnostics))
    case .broken(let why): pass(on: .broken(why))
    }
  }

  /// Answers with what the simulation, the first operand, says.
  mutating func answer(_ result: SimulationResult, _ operands: [UInt64]) {
    let record = simulation(operands.first.map { Int64(bitPattern: $0) })
    switch result {
    case .events:
      var operands = reader(operands, [.integer, .string])
      _ = operands.integer()
      let events = operands.text().flatMap { record?.trace?.events($0) } ?? []
      let values = events.map {
        Constant.tuple([
          .integer($0.time), .integer($0.address), .integer(Int64(bitPattern: $0.value)),
        ])
      }
      answer(words(of: .array(values), as: SimulationResult.eventsType, in: typed))
    case .values:
      var operands = reader(operands, [.integer, .string])
      _ = operands.integer()
      let values = operands.text().flatMap { record?.trace?.values($0) } ?? []
      answer(
        words(
          of: .array(
            values.map { .tuple([.integer($0.time), .integer($0.address), .float($0.value)]) }),
          as: SimulationResult.valuesType, in: typed))
    case .phase:
      var operands = reader(operands, [.integer, .string, .timestamp])
      _ = operands.integer()
      let name = operands.text()
      let time = operands.integer()
      guard let name, let time, let turns = record?.trace?.phase(name, at: time) else {
        return machine.fail(Fault(.missingValue))
      }
      answer([turns.bitPattern])
    case .error:
      let name = record?.error.map { Constant.text($0.code) }
      answer(words(of: .optional(name), as: .optional(.string), in: typed))
    case .dataset(let member):
      let dataset = record?.datasets.first { $0.name == typed[member].name }
      answer(dataset?.value.constant, typed[member].type)
    case .shared(let member):
      guard case .shared(let key) = typed[member].kind else { return answer(nil, .unit) }
      answer(record?.shared.first { $0.key == key }?.value, typed[member].type)
    case .family(let member):
      var operands = reader(operands, [.integer, .string])
      _ = operands.integer()
      let key = operands.text()
      answer(record?.shared.first { $0.key == key }?.value, typed[member].type)
    case .path: answer(Array(operands.prefix(1)))
    }
  }

  private mutating func answer(_ value: Constant?, _ type: Type) {
    guard let value else { return machine.fail(Fault(.missingValue)) }
    answer(words(of: value, as: type, in: typed))
  }
}
