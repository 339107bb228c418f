import Bytecode
import Diagnostics
import Lowering
import Machine
import Simulation
import Typing
import Values

// The host calls of the host half.

extension HostSession {
  /// Does host call `index` and answers it, with results or with an error.
  mutating func serve(_ index: Int) {
    guard image.hostCalls.indices.contains(index) else {
      return machine.fail(Fault(.limitExceeded))
    }
    let operands: [UInt64] = machine.exportHostArguments()
    switch image.hostCalls[index] {
    case .print:
      var operands = reader(operands, [.string])
      guard let line = operands.text() else { return answer([]) }
      output.append(line)
      observer.output(line)
      answer([])
    case .format(let segments): answer(text(format(segments, operands)))
    case .datasetAppend(let member):
      guard let element = typed[member].type.element else {
        return machine.fail(Fault(.indexOutOfRange))
      }
      updateAxes(of: member)
      let value = read(operands, [element]).first ?? .unit
      conclude(datasets.append(value, to: member))
      report(member)
    case .datasetAppendElement(let member, let depth):
      updateAxes(of: member)
      var type = typed[member].type
      for _ in 0...depth { type = type.element ?? .unknown }
      let values = read(operands, Array(repeating: .integer, count: depth) + [type])
      let path = values.dropLast().map { index -> Int in
        if case .integer(let number) = index { Int(clamping: number) } else { -1 }
      }
      conclude(datasets.append(values.last ?? .unit, to: member, at: path))
      report(member)
    case .datasetRead(let member):
      updateAxes(of: member)
      guard let value = datasets.read(member) else { return machine.fail(Fault(.missingValue)) }
      answer(words(of: value, as: typed[member].type, in: typed))
    case .datasetReadElement(let member, let depth):
      updateAxes(of: member)
      guard let part = part(of: member, depth, operands) else { break }
      guard let value = part.value.constant else { return machine.fail(Fault(.missingValue)) }
      answer(words(of: value, as: part.type, in: typed))
    case .datasetReadSlice(let member, let depth):
      updateAxes(of: member)
      readSlice(of: member, depth, operands)
    case .datasetReadLast(let member, let depth):
      updateAxes(of: member)
      guard let part = part(of: member, depth, operands) else { break }
      guard case .array(let elements) = part.value, let type = part.type.element else {
        return machine.fail(Fault(.missingValue))
      }
      guard let last = elements.last else {
        return answer(words(of: .optional(nil), as: .optional(type), in: typed))
      }
      // Others may be missing.
      guard let value = last.constant else { return machine.fail(Fault(.missingValue)) }
      answer(words(of: .optional(value), as: .optional(type), in: typed))
    case .datasetCount(let member, let depth):
      updateAxes(of: member)
      guard let part = part(of: member, depth, operands) else { break }
      guard case .array(let elements) = part.value else {
        return machine.fail(Fault(.missingValue))
      }
      answer([UInt64(elements.count)])
    case .datasetWrite(let member):
      updateAxes(of: member)
      conclude(datasets.write(read(operands, [typed[member].type]).first ?? .unit, to: member))
      report(member)
    case .datasetWriteElement(let member, let path):
      updateAxes(of: member)
      writeElement(of: member, path, operands)
      report(member)
    case .sharedRead(let member):
      do throws(HostStop) {
        let value = try sharedValue(of: member, at: operands)
        answer(words(of: value, as: typed[member].type, in: typed))
      } catch {
        pass(on: error)
      }
    case .sharedWrite(let member):
      do throws(HostStop) {
        try writeShared(member, operands)
        answer([])
      } catch {
        pass(on: error)
      }
    case .describeError:
      answer(described(error: machine.fault, machine.exportFault(), declared: contents.errors))
    // No host half calls what only kernels do.
    case .errand, .errandError: machine.fail(Fault(.limitExceeded))
    case .startKernel(let kernel): start(kernel, arguments: operands)
    case .preload(let functions):
      do throws(HostStop) {
        try compile(functions)
        answer([])
      } catch {
        pass(on: error)
      }
    // Nothing else runs in this process.
    case .pause: answer([0])
    case .leastSquares: fit(operands)
    case .expect(let condition, let sides, let span):
      let values = read(operands, [.boolean] + sides)
      let isMet = values.first == .boolean(true)
      let texts = zip(values.dropFirst(), sides).map { printer.literal($0, $1) }
      expectations.note(isMet, condition, sides: texts, span: span)
      answer([])
    case .simulate(let experiment, let members, let hasSeed, let shared, let laboratory):
      simulate(experiment, members, hasSeed, shared, laboratory, operands)
    case .traceEdges:
      var operands = reader(operands, [.integer, .string, .boolean])
      guard let trace = simulation(operands.integer())?.trace, let device = operands.text(),
        let rising = operands.boolean()
      else { return answer([0]) }
      let times = trace.edges(device, rising: rising)
      answer([UInt64(times.count)] + times.map { UInt64(bitPattern: $0) })
    case .traceSpan:
      var operands = reader(operands, [.integer, .string, .integer])
      guard let trace = simulation(operands.integer())?.trace, let device = operands.text(),
        let index = operands.integer().flatMap({ Int(exactly: $0) }),
        let span = trace.span(device, index)
      else { return machine.fail(Fault(.indexOutOfRange)) }
      answer([UInt64(bitPattern: span)])
    case .traceLevel:
      var operands = reader(operands, [.integer, .string, .integer])
      guard let trace = simulation(operands.integer())?.trace, let device = operands.text(),
        let time = operands.integer()
      else { return answer([0]) }
      answer([trace.level(device, at: time) ? 1 : 0])
    case .simulationStatus:
      let record = simulation(operands.first.map { Int64(bitPattern: $0) })
      answer(text(record?.status.rawValue ?? ""))
    case .simulationOutput:
      let record = simulation(operands.first.map { Int64(bitPattern: $0) })
      let lines = (record?.output ?? []).map { Constant.text($0) }
      answer(words(of: .array(lines), as: .array(.string), in: typed))
    case .simulationResult(let result): answer(result, operands)
    }
  }

  /// The values of `types` that `operands` are, one after the other; empty if they are none.
  func read(_ operands: [UInt64], _ types: [Type]) -> [Constant] {
    guard case .tuple(let values)? = constant(from: operands, as: .tuple(types), in: typed) else {
      return []
    }
    return values
  }

  func reader(_ operands: [UInt64], _ types: [Type]) -> OperandReader {
    OperandReader(values: read(operands, types)[...])
  }

  func text(_ string: String) -> [UInt64] {
    words(of: .text(string), as: .string, in: typed)
  }

  private mutating func conclude(_ fault: Fault?) {
    if let fault { machine.fail(fault) } else { answer([]) }
  }

  func format(_ segments: [FormatSegment], _ operands: [UInt64]) -> String {
    var types: [Type] = []
    for segment in segments {
      if case .value(let type, _) = segment { types.append(type) }
    }
    var values = read(operands, types)[...]
    var result = ""
    for segment in segments {
      switch segment {
      case .text(let text): result += text
      case .value(let type, let format):
        if let value = values.popFirst() { result += printer.text(value, type, format) }
      }
    }
    return result
  }

  // MARK: Datasets and shared values

  /// The part of the dataset that the indices in `operands` lead to; nil, and an error is raised,
  /// if they lead nowhere.
  private mutating func part(of member: MemberID, _ depth: Int, _ operands: [UInt64]) -> (
    value: DatasetValue, type: Type
  )? {
    var value = datasets.value(of: member)
    var type = typed[member].type
    for index in read(operands, Array(repeating: .integer, count: depth)) {
      guard case .array(let elements) = value, let element = type.element else {
        machine.fail(Fault(.missingValue))
        return nil
      }
      guard case .integer(let number) = index, let place = Int(exactly: number),
        elements.indices.contains(place)
      else {
        machine.fail(outOfRange(index, elements.count))
        return nil
      }
      (value, type) = (elements[place], element)
    }
    return (value, type)
  }

  /// The elements of the dataset, or of the part of it that the first operands lead to, between the
  /// last two operands.
  private mutating func readSlice(of member: MemberID, _ depth: Int, _ operands: [UInt64]) {
    guard let part = part(of: member, depth, operands.dropLast(2)) else { return }
    guard case .array(let elements) = part.value, let element = part.type.element,
      operands.count >= 2
    else { return machine.fail(Fault(.missingValue)) }
    let low = Int64(bitPattern: operands[operands.count - 2])
    let high = Int64(bitPattern: operands[operands.count - 1])
    guard 0 <= low, low <= high, high <= Int64(elements.count) else {
      return machine.fail(
        Fault(
          .indexOutOfRange, UInt64(bitPattern: low), UInt64(bitPattern: high),
          UInt64(elements.count)))
    }
    guard let value = DatasetValue.array(Array(elements[Int(low)..<Int(high)])).constant else {
      return machine.fail(Fault(.missingValue))
    }
    answer(words(of: value, as: .array(element), in: typed))
  }

  private func outOfRange(_ index: Constant, _ count: Int) -> Fault {
    guard case .integer(let number) = index else { return Fault(.indexOutOfRange) }
    return Fault(.indexOutOfRange, UInt64(bitPattern: number), UInt64(count))
  }

  private mutating func writeElement(
    of member: MemberID, _ path: [HostPathStep], _ operands: [UInt64]
  ) {
    var type = typed[member].type
    var indexTypes: [Type] = []
    for step in path {
      switch step {
      case .index:
        indexTypes.append(.integer)
        type = type.element ?? .unknown
      case .field(let index), .tupleElement(let index):
        var parts: [Type] = []
        if case .tuple(let types) = type { parts = types }
        if case .structure(let id, let arguments) = type {
          parts = typed.fieldTypes(of: id, arguments)
        }
        type = parts.indices.contains(index) ? parts[index] : .unknown
      }
    }
    let values = read(operands, indexTypes + [type])
    guard let value = values.last else { return machine.fail(Fault(.indexOutOfRange)) }
    let indices = values.dropLast().map { index -> Int64 in
      if case .integer(let number) = index { number } else { -1 }
    }
    conclude(datasets.write(value, to: member, path, indices))
  }

  /// Axes that are datasets themselves grow; the others are known since the end of `prepare`.
  private mutating func updateAxes(of member: MemberID) {
    let declared = typed[member].axes
    guard declared.contains(where: { typed[$0.values].effects.contains(.touchesDatasets) }) else {
      return
    }
    // An axis of which a part is missing stays as it was.
    guard let found = try? evaluateAxes(of: member) else { return }
    axes[member] = found
    datasets.resize(member, shape: found.map(\.count))
  }

  /// What the axes of `member` are now.
  mutating func evaluateAxes(of member: MemberID) throws(HostStop) -> [RunRecord.Axis] {
    var found: [RunRecord.Axis] = []
    for axis in typed[member].axes {
      let value = try value(of: axis.values)
      if case .integer(let count) = value {
        let numbers = (0..<max(0, min(count, 1 << 24))).map { Constant.integer($0) }
        found.append(
          RunRecord.Axis(name: axis.name, type: .array(.integer), values: .array(numbers)))
      } else {
        found.append(RunRecord.Axis(name: axis.name, type: axis.type, values: value))
      }
    }
    return found
  }

  private func report(_ member: MemberID) {
    if let (done, all) = datasets.progress(of: member) {
      observer.progress(Double(done) / Double(all))
    }
  }

  // MARK: Fits

  private mutating func fit(_ operands: [UInt64]) {
    let numbers = Type.array(.number)
    // The model: its index, and what it has copied, which it is given last.
    let copied = operands.count > 1 ? Int(exactly: operands[1]) ?? 0 : 0
    guard copied <= operands.count - 2 else { return machine.fail(Fault(.fitFailed)) }
    let packed = operands[1..<copied + 2]
    var arrays = reader(
      Array(operands.dropFirst(copied + 2)), [numbers, numbers, numbers, numbers])
    guard let model = operands.first.flatMap({ Int(exactly: $0) }),
      contents.functions.indices.contains(model),
      let points = arrays.numbers(), let y = arrays.numbers(), let start = arrays.numbers(),
      let weights = arrays.numbers(), points.count == y.count, points.allSatisfy(\.isFinite)
    else { return machine.fail(Fault(.fitFailed)) }
    var stop: HostStop?
    let result = leastSquares(y: y, weights: weights, start: start) { parameters, values in
      let words = [UInt64(parameters.count)] + parameters.map(\.bitPattern)
      for (index, x) in points.enumerated() {
        do throws(HostStop) {
          let result = try call(index: model, arguments: [x.bitPattern] + words + packed)
          values[index] = result.first.map { Double(bitPattern: $0) } ?? .nan
        } catch {
          stop = error
          return false
        }
      }
      return true
    }
    switch result {
    case .success(let fit):
      var words = [UInt64(fit.parameters.count)] + fit.parameters.map(\.bitPattern)
      words.append(UInt64(fit.covariance.count))
      for row in fit.covariance { words += [UInt64(row.count)] + row.map(\.bitPattern) }
      answer(words + [fit.chiSquared.bitPattern, fit.hasConverged ? 1 : 0])
    case .failure(.badInput): machine.fail(Fault(.fitFailed))
    case .failure(.stopped): if let stop { pass(on: stop) } else { machine.fail(Fault(.fitFailed)) }
    }
  }
}

extension RunRecord.Axis {
  /// How many values it has.
  package var count: Int {
    if case .array(let elements) = values { elements.count } else { 0 }
  }
}

/// Takes operands off one after the other; nil where there is none of that kind.
struct OperandReader {
  var values: ArraySlice<Constant>

  mutating func text() -> String? {
    if case .text(let text)? = values.popFirst() { text } else { nil }
  }

  mutating func integer() -> Int64? {
    if case .integer(let number)? = values.popFirst() { number } else { nil }
  }

  mutating func boolean() -> Bool? {
    if case .boolean(let truth)? = values.popFirst() { truth } else { nil }
  }

  mutating func numbers() -> [Double]? {
    guard case .array(let elements)? = values.popFirst() else { return nil }
    return elements.compactMap { if case .float(let number) = $0 { number } else { nil } }
  }
}
