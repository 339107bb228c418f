import Diagnostics
import Laboratory
import Typing

// The device's memory, as the language counts it: by the calls that nest, and by each array.

extension Interpreter {
  /// How deep calls may nest: each counts 64 bytes of the device's stack.
  var deviceCallDepthMax: Int { typed.description.core.callDepthMax }

  /// An array in device code takes less than a quarter of the device's memory for arrays; those in
  /// its elements are counted by themselves.
  func requireRoom(for count: Int, of element: Type, at span: Span) throws(Stop) {
    guard isDevice else { return }
    if count * byteCount(of: concrete(element)) >= typed.description.core.arenaBytes / 4 {
      throw raise(.outOfMemory, at: span)
    }
  }

  /// What `array`, of type `type`, takes must be there.
  func requireRoom(for array: Value, _ type: Type, at span: Span) throws(Stop) {
    guard case .array(let elements) = array, case .array(let element) = concrete(type) else {
      return
    }
    try requireRoom(for: elements.count, of: element, at: span)
  }

  /// The bytes that a value takes as an element of an array: eight for each word, one for a lone
  /// boolean.
  private func byteCount(of type: Type) -> Int {
    isBoolean(type) ? 1 : wordCount(of: type) * 8
  }

  /// Whether all that a value is made of is one boolean.
  private func isBoolean(_ type: Type) -> Bool {
    switch type {
    case .boolean: true
    case .optional(let inner): wordCount(of: inner) == 0
    case .tuple(let parts): isBoolean(parts)
    case .structure(let id, let arguments): isBoolean(typed.fieldTypes(of: id, arguments))
    case .error(let id): isBoolean(typed[id].payload.map(\.type))
    case .unit, .never, .unknown, .interface, .driver, .parameter, .integer, .integer32, .float,
      .duration, .timestamp, .simulation, .channel, .string, .array, .fixedArray, .anyError,
      .recording, .function, .enumeration:
      false
    }
  }

  private func isBoolean(_ parts: [Type]) -> Bool {
    let filled = parts.filter { wordCount(of: $0) > 0 }
    return filled.count == 1 && isBoolean(filled[0])
  }

  /// The words that a value takes as an element of an array; an array in it is two.
  private func wordCount(of type: Type) -> Int {
    switch type {
    case .unit, .never, .unknown, .interface, .driver, .parameter: 0
    case .boolean, .integer, .integer32, .float, .duration, .timestamp, .simulation, .channel: 1
    case .string, .array, .fixedArray, .anyError: 2
    case .recording, .function: 3
    case .optional(let inner): 1 + wordCount(of: inner)
    case .tuple(let parts): wordCount(ofAll: parts)
    case .structure(let id, let arguments):
      wordCount(ofAll: typed.fieldTypes(of: id, arguments))
    case .error(let id): wordCount(ofAll: typed[id].payload.map(\.type))
    case .enumeration(let id, let arguments):
      1 + typed.payloadTypes(of: id, arguments).reduce(0) { $0 + wordCount(ofAll: $1) }
    }
  }

  private func wordCount(ofAll types: [Type]) -> Int {
    types.reduce(0) { $0 + wordCount(of: $1) }
  }
}
