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
  private var isDefined = false
  private var isClosed = false

  package init() {}

  /// The entry called `key`; nil if there is none.
  package subscript(key: String) -> Entry? { indices[key].map { entries[$0] } }

  private mutating func add(_ entry: Entry) {
    indices[entry.key] = entries.count
    entries.append(entry)
  }

  private mutating func update(_ key: String, _ value: TOMLValue) {
    if let index = indices[key] { entries[index].value = value }
  }

  /// Closes it to what a later header or key would add.
  mutating func close() { isClosed = true }

  private static func empty(at span: Span) -> TOMLValue {
    TOMLValue(kind: .table(TOMLTable()), span: span)
  }

  /// Makes the table that a header names, or one more of an array of tables.
  mutating func open(_ path: ArraySlice<TOMLKey>, isArray: Bool) throws(TOMLFault) {
    guard let key = path.first else { return }
    let isLast = path.count == 1
    if self[key.name] == nil {
      var value = TOMLTable.empty(at: key.span)
      if isLast, isArray { value.kind = .array([]) }
      add(Entry(key: key.name, span: key.span, value: value))
    } else if isLast, !isArray, case .table(let known)? = self[key.name]?.value.kind,
      known.isDefined || known.isClosed
    {
      throw TOMLFault(message: "the table `\(key.name)` is there already", span: key.span)
    }
    guard var value = self[key.name]?.value else { return }
    switch value.kind {
    case .table(var inner):
      if isLast, isArray {
        throw TOMLFault(message: "`\(key.name)` is a table, no array of them", span: key.span)
      }
      if isLast {
        inner.isDefined = true
      } else {
        try inner.open(path.dropFirst(), isArray: isArray)
      }
      value.kind = .table(inner)
    case .array(var elements):
      if isLast {
        guard isArray else {
          throw TOMLFault(message: "`\(key.name)` is an array of tables", span: key.span)
        }
        elements.append(TOMLTable.empty(at: key.span))
      } else if let last = elements.last, case .table(var inner) = last.kind {
        try inner.open(path.dropFirst(), isArray: isArray)
        elements[elements.count - 1] = TOMLValue(kind: .table(inner), span: last.span)
      } else {
        throw TOMLFault(message: "`\(key.name)` is no table", span: key.span)
      }
      value.kind = .array(elements)
    case .string, .integer, .float, .boolean:
      throw TOMLFault(message: "`\(key.name)` is a value, no table", span: key.span)
    }
    update(key.name, value)
  }

  /// Enters `value` under `own`, in the table that `path` names.
  mutating func set(
    _ path: ArraySlice<TOMLKey>, _ own: [TOMLKey], _ new: TOMLValue
  ) throws(TOMLFault) {
    let rest = path.isEmpty ? own[...] : path
    guard let key = rest.first else { return }
    if path.isEmpty, own.count == 1 {
      if self[key.name] != nil {
        throw TOMLFault(message: "`\(key.name)` is given twice", span: key.span)
      }
      add(Entry(key: key.name, span: key.span, value: new))
      return
    }
    if self[key.name] == nil {
      add(
        Entry(key: key.name, span: key.span, value: TOMLTable.empty(at: key.span)))
    }
    guard var value = self[key.name]?.value else { return }
    let (innerPath, innerOwn) =
      path.isEmpty ? (path, Array(own.dropFirst())) : (path.dropFirst(), own)
    switch value.kind {
    case .table(var inner) where !inner.isClosed:
      try inner.set(innerPath, innerOwn, new)
      value.kind = .table(inner)
    case .array(var elements):
      guard let last = elements.last, case .table(var inner) = last.kind, !path.isEmpty else {
        throw TOMLFault(message: "`\(key.name)` is no table", span: key.span)
      }
      try inner.set(innerPath, innerOwn, new)
      elements[elements.count - 1] = TOMLValue(kind: .table(inner), span: last.span)
      value.kind = .array(elements)
    case .table, .string, .integer, .float, .boolean:
      throw TOMLFault(message: "`\(key.name)` cannot be added to", span: key.span)
    }
    update(key.name, value)
  }
}

/// A name before `=`, `.` or `]`, and where it stands.
typealias TOMLKey = (name: String, span: Span)

/// Why a text is no TOML.
package struct TOMLFault: Error, Hashable, Sendable {
  package let message: String
  package let span: Span
}
