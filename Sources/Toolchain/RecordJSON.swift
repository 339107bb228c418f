package import Diagnostics
package import Running
package import Typing
package import Values

// Values and run records as JSON: quantities as numbers in SI base units, with the unit beside
// them.

/// Writes values of a program's types as JSON, and reads them back.
package struct ValueJSON: Sendable {
  private let program: TypedProgram
  private let printer: Printer

  package init(_ program: TypedProgram) {
    self.program = program
    printer = Printer(program)
  }

  private static let depthMax = 64

  /// `value` of `type`; what JSON has no form for is text as the language prints it.
  package func json(of value: Constant, _ type: Type, depth: Int = 0) -> JSONValue {
    guard depth < Self.depthMax else { return .null }
    switch value {
    case .unit: return .null
    case .boolean(let truth): return .bool(truth)
    case .text(let text): return .string(text)
    case .integer(let number):
      switch type {
      case .duration, .timestamp:
        return seconds(number)
      default: return .integer(number)
      }
    case .float(let number):
      var number = number
      if case .float(let dimension) = type { number *= siFactor(of: dimension) }
      // JSON has no numbers for these; `null` would be a missing value.
      if number.isNaN { return "NaN" }
      if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
      return .number(number)
    case .optional(let content):
      guard let content else { return .null }
      if case .optional(let inner) = type { return json(of: content, inner, depth: depth + 1) }
      return json(of: content, .unknown, depth: depth + 1)
    case .array(let elements):
      if case .fixedArray(let element, let lengths) = type, lengths.count > 1 {
        // The rows of a matrix stand in one array.
        let row = Type.fixedArray(element, Array(lengths.dropFirst()))
        let length = max(row.elementCount ?? 1, 1)
        return .array(
          stride(from: 0, to: elements.count, by: length).map { start in
            let part = elements[start..<min(start + length, elements.count)]
            return json(of: .array(Array(part)), row, depth: depth + 1)
          })
      }
      let element = type.element ?? .unknown
      return .array(elements.map { json(of: $0, element, depth: depth + 1) })
    case .tuple(let parts):
      var types: [Type] = []
      if case .tuple(let known) = type { types = known }
      return .array(
        parts.enumerated().map {
          json(of: $1, $0 < types.count ? types[$0] : .unknown, depth: depth + 1)
        })
    case .structure(let fields):
      guard case .structure(let id, let arguments) = type else { return .null }
      let members = zip(zip(program[id].fields, program.fieldTypes(of: id, arguments)), fields)
      return .object(
        members.map { JSONValue.Member($0.0.name, json(of: $1, $0.1, depth: depth + 1)) })
    case .enumeration: return .string(printer.text(value, type))
    }
  }

  /// `ticks` in seconds: as a double where that reads back, else in all its digits.
  private func seconds(_ ticks: Int64) -> JSONValue {
    let rate = printer.ticksPerSecond
    let number = Values.seconds(of: ticks, ticksPerSecond: rate)
    if ExactSeconds("\(number)")?.ticks(perSecond: rate) == ticks { return .number(number) }
    return .decimal(secondsText(of: ticks, ticksPerSecond: rate))
  }

  /// A dataset's value: what is missing is `null`.
  package func json(of value: DatasetValue, _ type: Type) -> JSONValue {
    switch value {
    case .missing: .null
    case .value(let constant): json(of: constant, type)
    case .array(let elements): .array(json(of: elements, type))
    }
  }

  /// The elements of a dataset's value; a matrix, whose rows stand in one array, has rows here.
  private func json(of elements: [DatasetValue], _ type: Type) -> [JSONValue] {
    guard case .fixedArray(let element, let lengths) = type, lengths.count > 1,
      case .known(let rowCount)? = lengths.first, rowCount > 0
    else { return elements.map { json(of: $0, type.element ?? .unknown) } }
    let row = Type.fixedArray(element, Array(lengths.dropFirst()))
    let length = elements.count / rowCount
    return (0..<rowCount).map { number in
      json(of: .array(Array(elements[number * length..<(number + 1) * length])), row)
    }
  }

  /// A value with its unit.
  package func entry(_ value: JSONValue, _ type: Type) -> [JSONValue.Member] {
    [JSONValue.Member("unit", .string(unit(of: type))), JSONValue.Member("value", value)]
  }

  /// The value of `type` that `json` stands for; nil if it stands for none.
  package func constant(from json: JSONValue, _ type: Type, depth: Int = 0) -> Constant? {
    guard depth < Self.depthMax else { return nil }
    func parts(_ elements: [JSONValue], _ types: [Type]) -> [Constant]? {
      guard elements.count == types.count else { return nil }
      var result: [Constant] = []
      for (element, type) in zip(elements, types) {
        guard let value = constant(from: element, type, depth: depth + 1) else { return nil }
        result.append(value)
      }
      return result
    }
    switch (type, json) {
    case (.boolean, .bool(let truth)): return .boolean(truth)
    case (.string, .string(let text)): return .text(text)
    case (.integer, .integer(let number)): return .integer(number)
    case (.integer32, .integer(let number)):
      return Int32(exactly: number).map { .integer(Int64($0)) }
    case (.duration, _), (.timestamp, _):
      guard let text = json.numeral, let seconds = ExactSeconds(text) else { return nil }
      return seconds.ticks(perSecond: printer.ticksPerSecond).map { .integer($0) }
    case (.float, "NaN"): return .float(.nan)
    case (.float, "Infinity"): return .float(.infinity)
    case (.float, "-Infinity"): return .float(-.infinity)
    case (.float(let dimension), _):
      guard let number = json.numeral.flatMap({ Double($0) }) else { return nil }
      let factor = siFactor(of: dimension)
      return .float(factor == 1 ? number : number / factor)
    case (.optional, .null): return .optional(nil)
    case (.optional(let inner), _):
      return constant(from: json, inner, depth: depth + 1).map { .optional($0) }
    case (.array(let element), .array(let elements)):
      return parts(elements, Array(repeating: element, count: elements.count)).map { .array($0) }
    case (.fixedArray(let element, let lengths), .array(let elements)):
      guard case .known(elements.count)? = lengths.first else { return nil }
      if lengths.count == 1 {
        return parts(elements, Array(repeating: element, count: elements.count)).map { .array($0) }
      }
      // The rows of a matrix stand in one array.
      let row = Type.fixedArray(element, Array(lengths.dropFirst()))
      guard let rows = parts(elements, Array(repeating: row, count: elements.count)) else {
        return nil
      }
      return .array(rows.flatMap { if case .array(let items) = $0 { items } else { [Constant]() } })
    case (.tuple(let types), .array(let elements)): return parts(elements, types).map { .tuple($0) }
    case (.structure(let id, let arguments), .object(let members)):
      let elements = program[id].fields.map { field in
        members.last { $0.name == field.name }?.value ?? .null
      }
      return parts(elements, program.fieldTypes(of: id, arguments)).map { .structure($0) }
    case (.enumeration(let id, _), .string(let name)):
      let cases = program[id].cases
      return cases.firstIndex { $0.name == name && $0.payload.isEmpty }.map { .enumeration($0, []) }
    default: return nil
    }
  }
}

extension JSONValue {
  /// The text of a number.
  fileprivate var numeral: String? {
    switch self {
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .decimal(let text): text
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// The member called `name` of an object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }
}

/// `record` in the shape that `larmor run --json` prints and `run.json` has.
package func json(of record: RunRecord, rid: Int, in program: TypedProgram) -> JSONValue {
  let values = ValueJSON(program)
  func place(_ place: RunError.Place) -> JSONValue {
    [
      "function": .string(place.function), "file": .string(place.file),
      "line": .integer(Int64(place.line)),
      "column": .integer(Int64(place.column)),
    ]
  }
  let arguments = record.arguments.map { argument in
    JSONValue.Member(
      argument.name,
      .object(
        values.entry(values.json(of: argument.value, argument.type), argument.type)
          + [JSONValue.Member("origin", .string(argument.origin.rawValue))]
          + (argument.keys.isEmpty
            ? [] : [JSONValue.Member("keys", .array(argument.keys.map { .string($0) }))])))
  }
  let datasets = record.datasets.map { dataset in
    let axes = dataset.axes.map { axis -> JSONValue in
      .object(
        [JSONValue.Member("name", .string(axis.name))]
          + values.entry(values.json(of: axis.values, axis.type), axis.type))
    }
    return JSONValue.Member(
      dataset.name,
      .object(
        values.entry(values.json(of: dataset.value, dataset.type), dataset.type)
          + (axes.isEmpty ? [] : [JSONValue.Member("axes", .array(axes))])
          + (dataset.errorBars.map { [JSONValue.Member("error", .string($0))] } ?? [])))
  }
  func json(of error: RunError) -> JSONValue {
    [
      "code": .string(error.code), "message": .string(error.message),
      "backtrace": .array(error.backtrace.map(place)),
    ]
  }
  let error = record.error.map(json) ?? .null
  let cleanupError = record.cleanupError.map(json) ?? .null
  return [
    "rid": .integer(Int64(rid)), "experiment": .string(record.experiment),
    "status": .string(record.status.rawValue),
    "arguments": .object(arguments), "datasets": .object(datasets),
    "shared": .object(sharedMembers(of: record, values)),
    "output": .array(record.output.map { .string($0) }), "error": error,
    "cleanup_error": cleanupError,
    "trace_digest": .string(record.traceDigest),
  ]
}

/// The shared datasets of `record` in the shape of the `shared` member.
private func sharedMembers(of record: RunRecord, _ values: ValueJSON) -> [JSONValue.Member] {
  record.shared.map { shared in
    JSONValue.Member(
      shared.key, .object(values.entry(values.json(of: shared.value, shared.type), shared.type)))
  }
}
