package import Typing
package import Values

// The canonical form of values as words, the same as the machine's: a scalar is its word; an
// optional its tag and its value's words, zeros if it is none; tuples and structs their parts in
// turn; an enum its tag and the payloads of all cases in turn, zeros but for its own; an array its
// count and its elements in turn; a text the number of its bytes and these, eight to a word, little
// endian, filled up with zeros.

/// The canonical form of `constant`, which is a value of `type`.
package func words(of constant: Constant, as type: Type, in program: TypedProgram) -> [UInt64] {
  var writer = CanonicalWriter(program: program)
  writer.write(constant, as: type, depth: 0)
  return writer.words
}

/// The value of `type` whose canonical form is `words`; nil if it is none of that type.
package func constant(from words: [UInt64], as type: Type, in program: TypedProgram) -> Constant? {
  var reader = CanonicalReader(words: words, program: program)
  guard let value = reader.read(type, depth: 0), reader.next == words.count else { return nil }
  return value
}

/// What contains itself without an array between has no canonical form; types do not nest deeper
/// than this.
private let nestingDepthMax = 64

private struct CanonicalWriter {
  let program: TypedProgram
  var words: [UInt64] = []

  mutating func write(_ constant: Constant, as type: Type, depth: Int) {
    guard depth < nestingDepthMax else { return }
    switch (type, constant) {
    case (.optional(let inner), .optional(let value?)):
      words.append(1)
      write(value, as: inner, depth: depth + 1)
    case (.optional(let inner), _):
      words.append(0)
      writeZeros(inner, depth: depth + 1)
    case (.string, .text(let text)):
      let bytes = Array(text.utf8)
      words.append(UInt64(bytes.count))
      for start in stride(from: 0, to: bytes.count, by: 8) {
        var word: UInt64 = 0
        for (index, byte) in bytes[start..<min(start + 8, bytes.count)].enumerated() {
          word |= UInt64(byte) << UInt64(8 * index)
        }
        words.append(word)
      }
    case (.array(let element), .array(let elements)),
      (.fixedArray(let element, _), .array(let elements)):
      words.append(UInt64(elements.count))
      for value in elements { write(value, as: element, depth: depth + 1) }
    case (.tuple(let types), .tuple(let values)):
      for (type, value) in zip(types, values) { write(value, as: type, depth: depth + 1) }
    case (.structure, .structure(let values)), (.error, .structure(let values)),
      (.anyError, .tuple(let values)):
      for (type, value) in zip(parts(of: type, in: program), values) {
        write(value, as: type, depth: depth + 1)
      }
    case (.enumeration(let id, let arguments), .enumeration(let tag, let payload)):
      words.append(UInt64(truncatingIfNeeded: tag))
      for (index, types) in program.payloadTypes(of: id, arguments).enumerated() {
        for (position, type) in types.enumerated() {
          if index == tag, position < payload.count {
            write(payload[position], as: type, depth: depth + 1)
          } else {
            writeZeros(type, depth: depth + 1)
          }
        }
      }
    case (.function, .tuple(let parts)) where parts.count == 2:
      write(parts[0], as: .integer, depth: depth + 1)
      write(parts[1], as: .array(.integer), depth: depth + 1)
    case (.function, _): words += [0, 0]
    case (_, .integer(let value)): words.append(UInt64(bitPattern: value))
    case (_, .float(let value)): words.append(value.bitPattern)
    case (_, .boolean(let value)): words.append(value ? 1 : 0)
    case (_, .unit): break
    case (_, .text), (_, .optional), (_, .array), (_, .tuple), (_, .structure), (_, .enumeration):
      writeZeros(type, depth: depth)
    }
  }

  mutating func writeZeros(_ type: Type, depth: Int) {
    guard depth < nestingDepthMax else { return }
    switch type {
    case .unit, .never, .unknown, .interface, .driver, .channel, .parameter:
      break
    case .boolean, .integer, .integer32, .string, .float, .duration, .timestamp, .array,
      .fixedArray, .simulation:
      words.append(0)
    case .function: words += [0, 0]
    case .optional(let inner):
      words.append(0)
      writeZeros(inner, depth: depth + 1)
    case .tuple, .structure, .error, .anyError, .recording:
      for part in parts(of: type, in: program) { writeZeros(part, depth: depth + 1) }
    case .enumeration(let id, let arguments):
      words.append(0)
      for type in program.payloadTypes(of: id, arguments).joined() {
        writeZeros(type, depth: depth + 1)
      }
    }
  }
}

private struct CanonicalReader {
  let words: [UInt64]
  let program: TypedProgram
  var next = 0

  mutating func word() -> UInt64? {
    guard next < words.count else { return nil }
    next += 1
    return words[next - 1]
  }

  /// A number of elements that are still to come, each of one word or more (of at least no words
  /// where `isEmpty`).
  mutating func count(perWord: Int) -> Int? {
    guard let word = word(), let count = Int(exactly: word), count <= (words.count - next) * perWord
    else { return nil }
    return count
  }

  mutating func read(_ type: Type, depth: Int) -> Constant? {
    guard depth < nestingDepthMax else { return nil }
    switch type {
    case .unit, .never: return .unit
    case .boolean: return word().map { .boolean($0 != 0) }
    case .integer, .integer32, .duration, .timestamp, .simulation:
      return word().map { .integer(Int64(bitPattern: $0)) }
    case .function:
      // Its index, and what it has copied; of meaning to the image alone.
      guard let index = read(.integer, depth: depth + 1),
        let copies = read(.array(.integer), depth: depth + 1)
      else { return nil }
      return .tuple([index, copies])
    case .float: return word().map { .float(Double(bitPattern: $0)) }
    case .string:
      guard let count = count(perWord: 8) else { return nil }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      while bytes.count < count, let word = word() {
        for shift in 0..<8 where bytes.count < count {
          bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift)))
        }
      }
      return .text(String(decoding: bytes, as: UTF8.self))
    case .array(let element), .fixedArray(let element, _):
      guard let count = count(perWord: 1) else { return nil }
      var elements: [Constant] = []
      elements.reserveCapacity(count)
      for _ in 0..<count {
        guard let value = read(element, depth: depth + 1) else { return nil }
        elements.append(value)
      }
      return .array(elements)
    case .optional(let inner):
      guard let tag = word(), let value = read(inner, depth: depth + 1) else { return nil }
      return .optional(tag != 0 ? value : nil)
    case .tuple, .anyError, .recording: return readParts(type, depth: depth).map { .tuple($0) }
    case .structure, .error: return readParts(type, depth: depth).map { .structure($0) }
    case .enumeration(let id, let arguments):
      guard let word = word(), let tag = Int(exactly: word), tag < program[id].cases.count else {
        return nil
      }
      var own: [Constant] = []
      for (index, types) in program.payloadTypes(of: id, arguments).enumerated() {
        for type in types {
          guard let value = read(type, depth: depth + 1) else { return nil }
          if index == tag { own.append(value) }
        }
      }
      return .enumeration(tag, own)
    case .unknown, .interface, .driver, .channel, .parameter:
      return nil
    }
  }

  mutating func readParts(_ type: Type, depth: Int) -> [Constant]? {
    var values: [Constant] = []
    for part in parts(of: type, in: program) {
      guard let value = read(part, depth: depth + 1) else { return nil }
      values.append(value)
    }
    return values
  }
}
