package import Bytecode
package import Typing

/// The words that a value of a type takes, in slots, in globals and in the elements of arrays.
///
/// Scalars take one word; an optional a boolean tag and its value's words; a tuple or struct its
/// parts' words in turn; an enum an integer tag and the words of all cases' payloads in turn; an
/// array or text buffer and length; `()` none; a simulation its integer handle; a function its
/// index and, as an array of integers, what it has copied, which it is given behind its parameters.
/// Arrays are `owned` here.
package struct ValueShape: Hashable, Sendable {
  package let words: [SlotType]

  /// The same words where arrays belong to somebody else: parameters, and views into arrays.
  package var borrowed: [SlotType] {
    words.map { $0.kind == .owned ? SlotType(.borrowed, layout: $0.layout) : $0 }
  }
}

/// The layouts of an image while it is made, and the shapes of types in terms of them.
package struct ShapeTable: Sendable {
  package private(set) var layouts: [Layout] = [Layout(words: [])]
  package private(set) var signatures: [Signature] = []
  private let program: TypedProgram
  /// How deep arrays nest in each layout.
  private var depths = [1]
  private var layoutIndices: [[SlotType]: UInt16] = [:]
  private var signatureIndices: [Signature: UInt16] = [:]
  private var shapes: [Type: ValueShape?] = [:]

  package init(program: TypedProgram) { self.program = program }

  /// The shape of `type`; nil if it has none in a machine: too large, nested too deeply, or a
  /// compile-time value.
  package mutating func shape(of type: Type) -> ValueShape? {
    if let known = shapes[type] { return known }
    shapes[type] = .some(nil)  // what contains itself has no shape
    let words = words(of: type)
    let shape = words.flatMap {
      $0.count > Limits.elementWordCountMax ? nil : ValueShape(words: $0)
    }
    shapes[type] = .some(shape)
    return shape
  }

  private mutating func words(of type: Type) -> [SlotType]? {
    switch type {
    case .unit, .never: return []
    case .boolean: return [.boolean]
    case .integer, .integer32, .duration, .timestamp, .simulation: return [.integer]
    case .float: return [.float]
    case .string: return [SlotType(.owned, layout: 0), .length]
    case .array(let element), .fixedArray(let element, _):
      guard let element = shape(of: element), let layout = layout(of: element.words) else {
        return nil
      }
      return [SlotType(.owned, layout: layout), .length]
    case .optional(let inner):
      return shape(of: inner).map { [.boolean] + $0.words }
    case .tuple, .structure, .error, .anyError, .recording:
      return words(ofAll: parts(of: type, in: program))
    case .enumeration(let id, let arguments):
      return words(ofAll: Array(program.payloadTypes(of: id, arguments).joined())).map {
        [.integer] + $0
      }
    case .function(let parameters, let result):
      guard let signature = signature(parameters, result), let packed = layout(of: [.integer])
      else { return nil }
      return [SlotType(.function, layout: signature), SlotType(.owned, layout: packed), .length]
    case .unknown, .interface, .driver, .channel, .parameter:
      return nil
    }
  }

  private mutating func words(ofAll types: [Type]) -> [SlotType]? {
    var words: [SlotType] = []
    for type in types {
      guard let shape = shape(of: type) else { return nil }
      words += shape.words
      if words.count > Limits.elementWordCountMax { return nil }
    }
    return words
  }

  /// The index of the layout of elements that take `words`; nil if there can be no such elements.
  package mutating func layout(of words: [SlotType]) -> UInt16? {
    guard !words.isEmpty else { return nil }
    if let known = layoutIndices[words] { return known }
    let depth = depth(of: words)
    guard depth <= Limits.layoutDepthMax, let index = UInt16(exactly: layouts.count)
    else { return nil }
    layouts.append(Layout(words: words))
    depths.append(depth)
    layoutIndices[words] = index
    return index
  }

  private func depth(of words: [SlotType]) -> Int {
    var deepest = 0
    for word in words where word.kind == .owned && word.layout > 0 {
      deepest = max(deepest, depths[Int(word.layout)])
    }
    return deepest + 1
  }

  /// The index of the signature of functions from `parameters` to `result`: arrays are handed over
  /// borrowed, and come back owned.
  private mutating func signature(_ parameters: [Type], _ result: Type) -> UInt16? {
    var words: [SlotType] = []
    for parameter in parameters {
      guard let shape = shape(of: parameter) else { return nil }
      words += shape.borrowed
    }
    guard let result = shape(of: result), let packed = layout(of: [.integer]) else { return nil }
    words += [SlotType(.borrowed, layout: packed), .length]
    let signature = Signature(parameters: words, results: result.words)
    if let known = signatureIndices[signature] { return known }
    guard let index = UInt16(exactly: signatures.count) else { return nil }
    signatures.append(signature)
    signatureIndices[signature] = index
    return index
  }
}

extension TypedProgram {
  /// Whether what the error carries is more than an error has room for: then it travels as one
  /// array of its canonical words.
  package func packsPayload(of id: ErrorID) -> Bool {
    var shapes = ShapeTable(program: self)
    let count = self[id].payload.reduce(0) { $0 + (shapes.shape(of: $1.type)?.words.count ?? 0) }
    return count > Limits.errorWordCountMax
  }
}

/// The types of the parts of a tuple or struct.
func parts(of type: Type, in program: TypedProgram) -> [Type] {
  switch type {
  case .tuple(let types): types
  case .structure(let id, let arguments): program.fieldTypes(of: id, arguments)
  case .error(let id): program[id].payload.map(\.type)
  // Name and text.
  case .anyError: [.string, .string]
  // How long it is, and its events.
  case .recording: [.duration, .array(.tuple([.integer, .integer, .integer, .integer]))]
  case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .float, .duration,
    .timestamp, .optional, .array,
    .fixedArray, .enumeration, .function, .interface, .driver, .channel, .simulation,
    .parameter:
    []
  }
}
