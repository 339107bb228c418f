// Data as JSON.

/// A JSON value; the members of an object keep their order.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Written as the shortest text that reads back; NaN and the infinities, which JSON does not
  /// have, become `null`.
  case number(Double)
  /// A number by its text, for what no double holds exactly.
  case decimal(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A name in an object and what it stands for.
  package struct Member: Hashable, Sendable {
    package let name: String
    package let value: JSONValue
    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The member `name` of an object; `null` if there is none.
  package func member(_ name: String) -> JSONValue {
    guard case .object(let members) = self else { return .null }
    return members.first { $0.name == name }?.value ?? .null
  }

  /// The value as text in one line.
  package var compact: String {
    var writer = JSONWriter(isPretty: false)
    writer.write(self)
    return writer.finished
  }

  /// The value as text over several lines, indented by two spaces.
  package var pretty: String {
    var writer = JSONWriter(isPretty: true)
    writer.write(self)
    return writer.finished
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  package init(nilLiteral: Void) { self = .null }
}

private struct JSONWriter {
  let isPretty: Bool
  private var bytes: [UInt8] = []
  private var indentation = 0

  init(isPretty: Bool) { self.isPretty = isPretty }

  var finished: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: put("null")
    case .bool(let value): put(value ? "true" : "false")
    case .integer(let value): put(String(value))
    case .number(let value): write(value)
    case .decimal(let text): put(text)
    case .string(let text): write(text)
    case .array(let elements):
      // Numbers stand in one line, also where the rest is spread over several.
      let isFlat = elements.allSatisfy(\.isScalar)
      write(elements, between: "[", "]", isFlat: isFlat) { writer, element in writer.write(element)
      }
    case .object(let members):
      write(members, between: "{", "}", isFlat: false) { writer, member in
        writer.write(member.name)
        writer.put(": ")
        writer.write(member.value)
      }
    }
  }

  private mutating func write<Part>(
    _ parts: [Part], between opening: String, _ closing: String, isFlat: Bool,
    _ write: (inout JSONWriter, Part) -> Void
  ) {
    put(opening)
    indentation += 1
    for (index, part) in parts.enumerated() {
      if index > 0 { put(isPretty && !isFlat ? "," : ", ") }
      if isPretty, !isFlat { breakLine() }
      write(&self, part)
    }
    indentation -= 1
    if isPretty, !isFlat, !parts.isEmpty { breakLine() }
    put(closing)
  }

  private mutating func breakLine() {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: indentation * 2))
  }

  private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func write(_ value: Double) { put(value.isFinite ? "\(value)" : "null") }

  private mutating func write(_ text: String) {
    bytes.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22: put("\\\"")
      case 0x5C: put("\\\\")
      case 0x0A: put("\\n")
      case 0x0D: put("\\r")
      case 0x09: put("\\t")
      case 0x00..<0x20, 0x7F:
        put("\\u00")
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}

extension JSONValue {
  fileprivate var isScalar: Bool {
    switch self {
    case .null, .bool, .integer, .number, .decimal: true
    case .string, .array, .object: false
    }
  }
}

/// The diagnostics of a check of `file` as one JSON object, in the shape that `larmor check --json`
/// prints.
package func json(of diagnostics: [Diagnostic], in sources: SourceSet, file: String) -> JSONValue {
  [
    "schema": 1,
    "file": .string(file),
    "diagnostics": .array(diagnostics.map { json(of: $0, in: sources, file: file) }),
  ]
}

private func json(of diagnostic: Diagnostic, in sources: SourceSet, file: String) -> JSONValue {
  var members: [JSONValue.Member] = [
    .init("code", .string(diagnostic.code.rawValue)),
    .init("severity", .string(diagnostic.severity.rawValue)),
    .init("message", .string(diagnostic.message)),
  ]
  members += place(diagnostic.span, in: sources, unless: file)
  members.append(
    .init(
      "labels",
      .array(
        diagnostic.labels.map { label in
          .object(
            [.init("message", .string(label.message))]
              + place(label.span, in: sources, unless: file))
        })))
  members.append(
    .init(
      "fixes",
      .array(
        diagnostic.fixes.map { fix in
          [
            "message": .string(fix.message),
            "edits": .array(
              fix.edits.map { edit in
                .object(
                  place(edit.span, in: sources, unless: file)
                    + [.init("replacement", .string(edit.replacement))])
              }),
          ]
        })))
  members.append(.init("notes", .array(diagnostic.notes.map { .string($0) })))
  return .object(members)
}

/// Where `span` is; with the name of its file if that is not `file`, the one that was checked.
package func place(_ span: Span, in sources: SourceSet, unless file: String) -> [JSONValue.Member] {
  let source = sources[span.source]
  let start = source.position(of: span.start)
  let end = source.position(of: span.end)
  var members: [JSONValue.Member] = [
    .init("line", .integer(Int64(start.line))), .init("column", .integer(Int64(start.column))),
    .init("end_line", .integer(Int64(end.line))), .init("end_column", .integer(Int64(end.column))),
  ]
  if source.name != file { members.insert(.init("file", .string(source.name)), at: 0) }
  return members
}
