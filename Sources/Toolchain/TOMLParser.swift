package import Diagnostics

/// The document in the text of `source`: TOML 1.0 without dates and times, which a laboratory has
/// no use for.
package func parseTOML(_ source: SourceID, in sources: SourceSet) -> Result<TOMLTable, TOMLFault> {
  var parser = TOMLParser(source: source, bytes: sources[source].bytes)
  do throws(TOMLFault) { return .success(try parser.document()) } catch { return .failure(error) }
}

/// Goes through the bytes of a document; its strings are read in `TOMLParser+Strings.swift`.
struct TOMLParser {
  let source: SourceID
  let bytes: [UInt8]
  var place = 0
  var depth = 0

  init(source: SourceID, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }

  // MARK: Bytes

  var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }
  var isAtEnd: Bool { place >= bytes.count }

  func fault(_ message: String, from start: Int? = nil) -> TOMLFault {
    let start = min(start ?? place, bytes.count)
    return TOMLFault(
      message: message, span: Span(source, start, max(start, min(place + 1, bytes.count))))
  }

  private mutating func skipBlanks() {
    while byte == 0x20 || byte == 0x09 { place += 1 }
  }

  private mutating func skipComment() {
    if byte == UInt8(ascii: "#") { while !isAtEnd, byte != 0x0A { place += 1 } }
  }

  /// White space, newlines and comments.
  private mutating func skipAll() {
    while !isAtEnd {
      skipBlanks()
      if byte == UInt8(ascii: "#") {
        skipComment()
      } else if byte == 0x0A || byte == 0x0D {
        place += 1
      } else {
        return
      }
    }
  }

  private mutating func endLine() throws(TOMLFault) {
    skipBlanks()
    skipComment()
    if byte == 0x0D { place += 1 }
    guard isAtEnd || byte == 0x0A else {
      throw fault("the line should end here; strings stand in quotes: `\"10 us\"`")
    }
  }

  func starts(with text: String) -> Bool {
    let wanted = Array(text.utf8)
    return place + wanted.count <= bytes.count
      && bytes[place..<place + wanted.count].elementsEqual(wanted)
  }

  // MARK: The document

  mutating func document() throws(TOMLFault) -> TOMLTable {
    var root = TOMLTable()
    var path: [TOMLKey] = []
    while true {
      skipAll()
      if isAtEnd { return root }
      if byte == UInt8(ascii: "[") {
        place += 1
        let isArray = byte == UInt8(ascii: "[")
        if isArray { place += 1 }
        path = try keys()
        skipBlanks()
        guard starts(with: isArray ? "]]" : "]") else { throw fault("`]` is due here") }
        place += isArray ? 2 : 1
        try root.open(path[...], isArray: isArray)
        try endLine()
      } else {
        let own = try keys()
        let value = try valueAfterEquals()
        try root.set(path[...], own, value)
        try endLine()
      }
    }
  }

  private mutating func valueAfterEquals() throws(TOMLFault) -> TOMLValue {
    skipBlanks()
    guard byte == UInt8(ascii: "=") else { throw fault("`=` and a value are due here") }
    place += 1
    skipBlanks()
    return try value()
  }

  private mutating func keys() throws(TOMLFault) -> [TOMLKey] {
    var keys: [TOMLKey] = []
    while true {
      skipBlanks()
      let start = place
      let name: String
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        name = try string()
      } else {
        while isBare(byte) { place += 1 }
        name = String(decoding: bytes[start..<place], as: UTF8.self)
        if name.isEmpty { throw fault("a name is due here") }
      }
      keys.append((name, Span(source, start, place)))
      skipBlanks()
      guard byte == UInt8(ascii: ".") else { return keys }
      place += 1
    }
  }

  private func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  // MARK: Values

  private mutating func value() throws(TOMLFault) -> TOMLValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 64 else { throw fault("values are nested too deeply") }
    let start = place
    let kind: TOMLValue.Kind
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .string(try string())
    case UInt8(ascii: "["): kind = .array(try array())
    case UInt8(ascii: "{"): kind = .table(try inlineTable())
    default: kind = try scalar()
    }
    return TOMLValue(kind: kind, span: Span(source, start, place))
  }

  private mutating func array() throws(TOMLFault) -> [TOMLValue] {
    let start = place
    place += 1
    var elements: [TOMLValue] = []
    while true {
      skipAll()
      if isAtEnd { throw fault("this array has no `]`", from: start) }
      if byte == UInt8(ascii: "]") {
        place += 1
        return elements
      }
      elements.append(try value())
      skipAll()
      if byte == UInt8(ascii: ",") {
        place += 1
      } else if byte != UInt8(ascii: "]") {
        throw fault("`,` or `]` is due here")
      }
    }
  }

  private mutating func inlineTable() throws(TOMLFault) -> TOMLTable {
    place += 1
    var table = TOMLTable()
    skipBlanks()
    while byte != UInt8(ascii: "}") {
      let own = try keys()
      try table.set([], own, try valueAfterEquals())
      skipBlanks()
      if byte == UInt8(ascii: ",") {
        place += 1
        skipBlanks()
      } else if byte != UInt8(ascii: "}") {
        throw fault("`,` or `}` is due here: an inline table stands on one line")
      }
    }
    place += 1
    table.close()
    return table
  }

  private mutating func scalar() throws(TOMLFault) -> TOMLValue.Kind {
    let start = place
    while isBare(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: ":")
    {
      place += 1
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "": throw fault("a value is due here")
    default: break
    }
    let digits = text.filter { $0 != "_" }
    let isWellSpaced =
      !text.hasPrefix("_") && !text.hasSuffix("_") && !text.contains("__")
    let magnitude = digits.drop { $0 == "-" || $0 == "+" }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      if isWellSpaced, let number = Int64(digits.dropFirst(2), radix: radix) {
        return .integer(number)
      }
    }
    if isWellSpaced, magnitude == "0" || !magnitude.hasPrefix("0"),
      let number = Int64(digits)
    {
      return .integer(number)
    }
    if isWellSpaced, magnitude.first?.isNumber == true, magnitude.last?.isNumber == true,
      !magnitude.contains("x"), !magnitude.contains("p"), let number = Double(digits),
      number.isFinite
    {
      return .float(number)
    }
    place = max(start, place - 1)
    throw fault(
      "`\(text)` is no value; a quantity stands in quotes with its unit: `\"10 us\"`", from: start)
  }
}
