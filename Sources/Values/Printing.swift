import Laboratory
package import Typing

/// Prints values as the language does (rule 11), in string interpolations, on the terminal and in
/// messages.
package struct Printer: Sendable {
  package let ticksPerSecond: Int64
  private let structs: [TypedStruct]
  private let enums: [TypedEnum]
  private let errors: [TypedError]

  /// A printer of values of `program`'s types on its device.
  package init(_ program: TypedProgram) {
    ticksPerSecond = max(program.description.core.ticksPerSecond, 1)
    structs = program.structs
    enums = program.enums
    errors = program.errors
  }

  /// A printer of values that need no declarations: numbers, quantities, strings, arrays and tuples
  /// of these.
  package init(ticksPerSecond: Int64) {
    self.ticksPerSecond = max(ticksPerSecond, 1)
    structs = []
    enums = []
    errors = []
  }

  /// `value` of `type` as text; where the two do not agree, what there is of the value.
  package func text(_ value: Constant, _ type: Type, _ format: ValueFormat = .plain) -> String {
    padded(text(value, type, format, isInside: false, depth: 0), format, isNumber: isNumber(type))
  }

  /// `value` as it is written in a program: strings quoted.
  package func literal(_ value: Constant, _ type: Type) -> String {
    text(value, type, .plain, isInside: true, depth: 0)
  }

  private func isNumber(_ type: Type) -> Bool {
    switch type {
    case .integer, .integer32, .float, .duration, .timestamp: true
    case .unknown, .never, .unit, .boolean, .string, .optional, .array, .fixedArray, .tuple,
      .structure, .enumeration,
      .error, .anyError, .function, .interface, .driver, .channel, .recording, .simulation,
      .parameter:
      false
    }
  }

  private func text(
    _ value: Constant, _ type: Type, _ format: ValueFormat, isInside: Bool, depth: Int
  ) -> String {
    // Types are finite but may be deep; nobody reads that far.
    if depth > 64 { return "…" }
    func inner(_ value: Constant, _ type: Type) -> String {
      text(value, type, format, isInside: true, depth: depth + 1)
    }
    // What has parts is as wide as it is asked to be as a whole; signs are those of the numbers.
    func number(_ text: String) -> String {
      if depth == 0 { return text }
      var own = format
      own.width = 0
      return padded(text, own, isNumber: true)
    }
    let notation = format.notation
    switch value {
    case .unit: return "()"
    case .boolean(let truth): return truth ? "true" : "false"
    case .text(let string):
      if isInside { return quoted(string) }
      guard case .letter(_, digits: let count?) = notation else { return string }
      return String(string.unicodeScalars.prefix(count))
    case .integer(let integer):
      switch type {
      case .duration, .timestamp: return number(text(ticks: integer, notation))
      default: return number(text(integer: integer, notation))
      }
    case .float(let float):
      if case .float(let dimension) = type, !dimension.isNone {
        return number(text(quantity: float, dimension, notation))
      }
      return number(text(float: float, notation))
    case .optional(let content):
      guard let content else { return "none" }
      if case .optional(let wrapped) = type {
        return text(content, wrapped, format, isInside: isInside, depth: depth + 1)
      }
      return inner(content, .unknown)
    case .array(let elements):
      if case .fixedArray(let element, let lengths) = type, lengths.count > 1 {
        // The rows of a matrix stand in one array.
        let row = Type.fixedArray(element, Array(lengths.dropFirst()))
        let length = max(row.elementCount ?? 1, 1)
        let rows = stride(from: 0, to: elements.count, by: length).map {
          Constant.array(Array(elements[$0..<min($0 + length, elements.count)]))
        }
        return "[" + rows.map { inner($0, row) }.joined(separator: ", ") + "]"
      }
      let element = elementType(of: type)
      return "[" + elements.map { inner($0, element) }.joined(separator: ", ") + "]"
    case .tuple(let parts):
      var types: [Type] = []
      if case .tuple(let known) = type { types = known }
      let texts = parts.enumerated().map { inner($1, $0 < types.count ? types[$0] : .unknown) }
      return "(" + texts.joined(separator: ", ") + ")"
    case .structure(let fields):
      guard let (name, declared) = fieldsOfStructure(type) else {
        return "(" + fields.map { inner($0, .unknown) }.joined(separator: ", ") + ")"
      }
      if declared.isEmpty {
        if case .structure = type { return name + "()" }
        return name
      }
      let texts = zip(declared, fields).map { "\($0.name): " + inner($1, $0.type) }
      return name + "(" + texts.joined(separator: ", ") + ")"
    case .enumeration(let index, let payload):
      guard case .enumeration(let id, let arguments) = type, Int(id.index) < enums.count,
        index >= 0, index < enums[Int(id.index)].cases.count
      else { return "case \(index)" }
      let chosen = enums[Int(id.index)].cases[index]
      if payload.isEmpty { return chosen.name }
      var map: [GenericID: GenericArgument] = [:]
      for (generic, argument) in zip(enums[Int(id.index)].generics, arguments) {
        map[generic.id] = argument
      }
      let texts = zip(payload, chosen.payload).map { inner($0, $1.type.substituting(map)) }
      return chosen.name + "(" + texts.joined(separator: ", ") + ")"
    }
  }

  private func elementType(of type: Type) -> Type {
    switch type {
    case .array(let element), .fixedArray(let element, _): element
    default: .unknown
    }
  }

  private func fieldsOfStructure(_ type: Type) -> (String, [(name: String, type: Type)])? {
    switch type {
    case .structure(let id, let arguments):
      guard Int(id.index) < structs.count else { return nil }
      let declaration = structs[Int(id.index)]
      var map: [GenericID: GenericArgument] = [:]
      for (generic, argument) in zip(declaration.generics, arguments) { map[generic.id] = argument }
      return (declaration.name, declaration.fields.map { ($0.name, $0.type.substituting(map)) })
    case .error(let id):
      guard Int(id.index) < errors.count else { return nil }
      let declaration = errors[Int(id.index)]
      return (declaration.name, declaration.payload.map { ($0.name, $0.type) })
    default: return nil
    }
  }

  private func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case "{": text += "{{"
      case "}": text += "}}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
