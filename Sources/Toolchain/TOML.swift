package import Diagnostics

/// A value of a TOML document, and where it stands.
package struct TOMLValue: Sendable {
  package indirect enum Kind: Sendable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case array([TOMLValue])
    case table(TOMLTable)
  }
  package var kind: Kind
  package let span: Span
}

/// A table of a TOML document: its entries in the order of the text.
package struct TOMLTable: Sendable {
  /// An entry with its key.
  package struct Entry: Sendable {
    package let key: String
    package let span: Span
    package var value: TOMLValue
  }
  package var entries: [Entry] = []
  private var indices: [String: Int] = [:]
  /// Whether it was opened by a header of its own, and whether it may still be added to.
  fileprivate var isDefined = false
  fileprivate var isClosed = false

  package init() {}

  /// The entry called `key`; nil if there is none.
  package subscript(key: String) -> Entry? { indices[key].map { entries[$0] } }

  fileprivate mutating func add(_ entry: Entry) {
    indices[entry.key] = entries.count
    entries.append(entry)
  }

  fileprivate mutating func update(_ key: String, _ value: TOMLValue) {
    if let index = indices[key] { entries[index].value = value }
  }
}

/// Why a text is no TOML.
package struct TOMLFault: Error, Hashable, Sendable {
  package let message: String
  package let span: Span
}

/// The document in the text of `source`: TOML 1.0 without dates and times, which a laboratory has
/// no use for.
package func parseTOML(_ source: SourceID, in sources: SourceSet) -> Result<TOMLTable, TOMLFault> {
  var parser = TOMLParser(source: source, bytes: sources[source].bytes)
  do throws(TOMLFault) { return .success(try parser.document()) } catch { return .failure(error) }
}

private struct TOMLParser {
  let source: SourceID
  let bytes: [UInt8]
  var place = 0
  var depth = 0

  private typealias Key = (name: String, span: Span)

  init(source: SourceID, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }

  // MARK: Bytes

  private var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }
  private var isAtEnd: Bool { place >= bytes.count }

  private func fault(_ message: String, from start: Int? = nil) -> TOMLFault {
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

  private func starts(with text: String) -> Bool {
    let wanted = Array(text.utf8)
    return place + wanted.count <= bytes.count
      && bytes[place..<place + wanted.count].elementsEqual(wanted)
  }

  // MARK: The document

  mutating func document() throws(TOMLFault) -> TOMLTable {
    var root = TOMLTable()
    var path: [Key] = []
    while true {
      skipAll()
      if isAtEnd { return root }
      if byte == UInt8(ascii: "[") {
        let start = place
        place += 1
        let isArray = byte == UInt8(ascii: "[")
        if isArray { place += 1 }
        path = try keys()
        skipBlanks()
        guard starts(with: isArray ? "]]" : "]") else { throw fault("`]` is due here") }
        place += isArray ? 2 : 1
        try open(&root, path[...], isArray: isArray, from: start)
        try endLine()
      } else {
        let own = try keys()
        let value = try valueAfterEquals()
        try set(&root, path[...], own, value)
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

  private mutating func keys() throws(TOMLFault) -> [Key] {
    var keys: [Key] = []
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

  // MARK: Tables

  private func table(at span: Span) -> TOMLValue {
    TOMLValue(kind: .table(TOMLTable()), span: span)
  }

  /// Makes the table that a header names, or one more of an array of tables.
  private func open(
    _ table: inout TOMLTable, _ path: ArraySlice<Key>, isArray: Bool, from start: Int
  ) throws(TOMLFault) {
    guard let key = path.first else { return }
    let isLast = path.count == 1
    if table[key.name] == nil {
      var value = self.table(at: key.span)
      if isLast, isArray { value.kind = .array([]) }
      table.add(TOMLTable.Entry(key: key.name, span: key.span, value: value))
    } else if isLast, !isArray, case .table(let known)? = table[key.name]?.value.kind,
      known.isDefined || known.isClosed
    {
      throw TOMLFault(message: "the table `\(key.name)` is there already", span: key.span)
    }
    guard var value = table[key.name]?.value else { return }
    switch value.kind {
    case .table(var inner):
      if isLast, isArray {
        throw TOMLFault(message: "`\(key.name)` is a table, no array of them", span: key.span)
      }
      if isLast {
        inner.isDefined = true
      } else {
        try open(&inner, path.dropFirst(), isArray: isArray, from: start)
      }
      value.kind = .table(inner)
    case .array(var elements):
      if isLast {
        guard isArray else {
          throw TOMLFault(message: "`\(key.name)` is an array of tables", span: key.span)
        }
        elements.append(self.table(at: key.span))
      } else if let last = elements.last, case .table(var inner) = last.kind {
        try open(&inner, path.dropFirst(), isArray: isArray, from: start)
        elements[elements.count - 1] = TOMLValue(kind: .table(inner), span: last.span)
      } else {
        throw TOMLFault(message: "`\(key.name)` is no table", span: key.span)
      }
      value.kind = .array(elements)
    case .string, .integer, .float, .boolean:
      throw TOMLFault(message: "`\(key.name)` is a value, no table", span: key.span)
    }
    table.update(key.name, value)
  }

  /// Enters `value` under `own`, in the table that `path` names.
  private func set(
    _ table: inout TOMLTable, _ path: ArraySlice<Key>, _ own: [Key], _ new: TOMLValue
  ) throws(TOMLFault) {
    let rest = path.isEmpty ? own[...] : path
    guard let key = rest.first else { return }
    if path.isEmpty, own.count == 1 {
      if table[key.name] != nil {
        throw TOMLFault(message: "`\(key.name)` is given twice", span: key.span)
      }
      table.add(TOMLTable.Entry(key: key.name, span: key.span, value: new))
      return
    }
    if table[key.name] == nil {
      table.add(
        TOMLTable.Entry(key: key.name, span: key.span, value: self.table(at: key.span)))
    }
    guard var value = table[key.name]?.value else { return }
    let (innerPath, innerOwn) =
      path.isEmpty ? (path, Array(own.dropFirst())) : (path.dropFirst(), own)
    switch value.kind {
    case .table(var inner) where !inner.isClosed:
      try set(&inner, innerPath, innerOwn, new)
      value.kind = .table(inner)
    case .array(var elements):
      guard let last = elements.last, case .table(var inner) = last.kind, !path.isEmpty else {
        throw TOMLFault(message: "`\(key.name)` is no table", span: key.span)
      }
      try set(&inner, innerPath, innerOwn, new)
      elements[elements.count - 1] = TOMLValue(kind: .table(inner), span: last.span)
      value.kind = .array(elements)
    case .table, .string, .integer, .float, .boolean:
      throw TOMLFault(message: "`\(key.name)` cannot be added to", span: key.span)
    }
    table.update(key.name, value)
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
      try set(&table, [], own, try valueAfterEquals())
      skipBlanks()
      if byte == UInt8(ascii: ",") {
        place += 1
        skipBlanks()
      } else if byte != UInt8(ascii: "}") {
        throw fault("`,` or `}` is due here: an inline table stands on one line")
      }
    }
    place += 1
    table.isClosed = true
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

  // MARK: Strings

  private mutating func string() throws(TOMLFault) -> String {
    let quote = byte
    let isBasic = quote == UInt8(ascii: "\"")
    let start = place
    let triple = isBasic ? "\"\"\"" : "'''"
    let isLong = starts(with: triple)
    place += isLong ? 3 : 1
    if isLong {
      if starts(with: "\r\n") { place += 1 }
      if byte == 0x0A { place += 1 }
    }
    var text: [UInt8] = []
    while true {
      if isAtEnd || (!isLong && byte == 0x0A) {
        place = max(start, place - 1)
        throw fault("this string does not end", from: start)
      }
      if isLong ? starts(with: triple) : byte == quote {
        place += isLong ? 3 : 1
        // Up to two quotes may stand directly before the three.
        while isLong, byte == quote {
          text.append(quote)
          place += 1
        }
        return String(decoding: text, as: UTF8.self)
      }
      if isBasic, byte == UInt8(ascii: "\\") {
        try escape(into: &text, isLong: isLong)
        continue
      }
      text.append(byte)
      place += 1
    }
  }

  private mutating func escape(into text: inout [UInt8], isLong: Bool) throws(TOMLFault) {
    let start = place
    place += 1
    let escaped = byte
    place += 1
    switch escaped {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(escaped)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = escaped == UInt8(ascii: "u") ? 4 : 8
      let end = min(place + count, bytes.count)
      let digits = String(decoding: bytes[place..<end], as: UTF8.self)
      guard digits.count == count, let number = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(number)
      else { throw fault("this is no character", from: start) }
      place = end
      text += Array(String(Character(scalar)).utf8)
    case 0x0A, 0x0D, 0x20, 0x09:
      guard isLong else { throw fault("there is no such escape", from: start) }
      while byte == 0x0A || byte == 0x0D || byte == 0x20 || byte == 0x09 { place += 1 }
    default: throw fault("there is no such escape", from: start)
    }
  }
}
