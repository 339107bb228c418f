// Which values the cases of a `match` cover, and which they leave out.

/// What distinguishes the values of a type from each other, as patterns see it.
enum CaseConstructor: Hashable {
  case enumCase(Int)
  case none, some
  case boolean(Bool)
  case tuple
  /// Int, Int32 and ticks from the first up to the second, both included; nothing if the second is
  /// less.
  case integers(Int64, Int64)
  /// One value of a type with too many to be counted, or some that are not known: by a text of its
  /// own.
  case other(String)
}

/// The values that a pattern covers.
indirect enum CaseSpace {
  case all
  /// Those made so, of parts that lie in the spaces given.
  case of(CaseConstructor, [CaseSpace])
}

/// Answers what rows of patterns cover, by taking the first column apart again and again.
struct CaseCoverage {
  let program: TypedProgram
  /// Patterns looked at so far: some can be written that take time without end.
  private var work = 0
  private static let workMax = 300_000

  init(_ program: TypedProgram) { self.program = program }

  var isExhausted: Bool { work > Self.workMax }

  /// Whether `row` covers values that none of `rows` covers; true where that took too long to find
  /// out.
  mutating func isUseful(_ row: [CaseSpace], after rows: [[CaseSpace]], _ types: [Type]) -> Bool {
    guard let first = row.first, let type = types.first else { return rows.isEmpty }
    if rows.contains(where: coversAll) { return false }
    work += (rows.count + 1) * row.count
    if isExhausted { return true }
    let rest = Array(types.dropFirst())
    let (parts, isComplete) = constructors(of: type, in: rows + [row])
    if case .all = first, parts.isEmpty {
      return isUseful(Array(row.dropFirst()), after: rows.map { Array($0.dropFirst()) }, rest)
    }
    for part in parts {
      let inner = fieldTypes(of: part, in: type)
      guard let own = specialized(row, to: part, inner.count) else { continue }
      let others = rows.compactMap { specialized($0, to: part, inner.count) }
      if isUseful(own, after: others, inner + rest) { return true }
    }
    guard case .all = first, !isComplete else { return false }
    return isUseful(Array(row.dropFirst()), after: unspecific(rows), rest)
  }

  /// Values that none of `rows` covers, as patterns, at most `limit`.
  mutating func missing(_ rows: [[CaseSpace]], _ types: [Type], limit: Int) -> [[String]] {
    guard let type = types.first else { return rows.isEmpty ? [[]] : [] }
    if rows.isEmpty { return [types.map { _ in "_" }] }
    if rows.contains(where: coversAll) { return [] }
    work += (rows.count + 1) * types.count
    if isExhausted { return [types.map { _ in "_" }] }
    let rest = Array(types.dropFirst())
    let (parts, isComplete) = constructors(of: type, in: rows)
    var found: [[String]] = []
    for part in parts where found.count < limit {
      let inner = fieldTypes(of: part, in: type)
      let others = rows.compactMap { specialized($0, to: part, inner.count) }
      for values in missing(others, inner + rest, limit: limit - found.count) {
        let text = text(part, Array(values.prefix(inner.count)), in: type)
        found.append([text] + values.dropFirst(inner.count))
      }
    }
    if !isComplete, found.count < limit {
      found += missing(unspecific(rows), rest, limit: limit - found.count).map { ["_"] + $0 }
    }
    return found
  }

  private func coversAll(_ row: [CaseSpace]) -> Bool {
    row.allSatisfy { if case .all = $0 { true } else { false } }
  }

  // MARK: Taking apart

  /// What the values of `type` have to be divided into so that each row covers a part wholly or not
  /// at all, and whether these are all of them; nothing where all rows cover all.
  private func constructors(of type: Type, in rows: [[CaseSpace]]) -> (
    parts: [CaseConstructor], isComplete: Bool
  ) {
    var used: [CaseConstructor] = []
    for row in rows {
      if case .of(let constructor, _)? = row.first { used.append(constructor) }
    }
    if used.isEmpty { return ([], false) }
    switch type {
    case .enumeration(let id, _): return (program[id].cases.indices.map { .enumCase($0) }, true)
    case .optional: return ([.none, .some], true)
    case .boolean: return ([.boolean(false), .boolean(true)], true)
    case .tuple: return ([.tuple], true)
    case .integer, .duration, .timestamp: return (pieces(used, .min, .max), true)
    case .integer32: return (pieces(used, Int64(Int32.min), Int64(Int32.max)), true)
    case .unknown, .never, .unit, .string, .float, .array, .fixedArray, .structure, .error,
      .anyError, .function, .interface, .driver, .channel, .recording, .simulation, .parameter:
      var seen: Set<CaseConstructor> = []
      return (used.filter { seen.insert($0).inserted }, false)
    }
  }

  /// The numbers from `least` to `greatest`, cut at the ends of all ranges.
  private func pieces(_ used: [CaseConstructor], _ least: Int64, _ greatest: Int64)
    -> [CaseConstructor]
  {
    var starts: Set<Int64> = [least]
    var isCounted = true
    for case .integers(let low, let high) in used where low <= high {
      if low > least { starts.insert(low) }
      if high < greatest { starts.insert(high + 1) }
    }
    for case .other in used { isCounted = false }
    let sorted = starts.sorted()
    var pieces: [CaseConstructor] = []
    for (index, start) in sorted.enumerated() {
      pieces.append(.integers(start, index + 1 < sorted.count ? sorted[index + 1] - 1 : greatest))
    }
    // What is compared with no constant covers nothing that could be counted on.
    return isCounted ? pieces : pieces + used.filter { if case .other = $0 { true } else { false } }
  }

  private func fieldTypes(of constructor: CaseConstructor, in type: Type) -> [Type] {
    switch (constructor, type) {
    case (.enumCase(let index), .enumeration(let id, let arguments)):
      program.payloadTypes(of: id, arguments)[index]
    case (.some, .optional(let inner)): [inner]
    case (.tuple, .tuple(let types)): types
    default: []
    }
  }

  /// `row` for the values made by `constructor` of `count` parts; nil if it covers none of them.
  private func specialized(_ row: [CaseSpace], to constructor: CaseConstructor, _ count: Int)
    -> [CaseSpace]?
  {
    switch row.first {
    case .all?: return Array(repeating: .all, count: count) + row.dropFirst()
    case .of(let own, let parts)?:
      if own == constructor { return parts + row.dropFirst() }
      if case .integers(let low, let high) = own, case .integers(let first, let last) = constructor,
        low <= first, last <= high
      {
        return Array(row.dropFirst())
      }
      return nil
    case nil: return nil
    }
  }

  /// The rest of those rows that cover all values of the first column.
  private func unspecific(_ rows: [[CaseSpace]]) -> [[CaseSpace]] {
    rows.compactMap { row in
      if case .all? = row.first { Array(row.dropFirst()) } else { nil }
    }
  }

  private func text(_ constructor: CaseConstructor, _ parts: [String], in type: Type) -> String {
    switch constructor {
    case .enumCase(let index):
      guard case .enumeration(let id, _) = type else { return "_" }
      let name = program[id].cases[index].name
      return parts.allSatisfy { $0 == "_" } ? name : "\(name)(\(parts.joined(separator: ", ")))"
    case .none: return "none"
    case .some: return parts.first == "_" ? "some(let value)" : parts.first ?? "_"
    case .boolean(let value): return value ? "true" : "false"
    case .tuple: return "(\(parts.joined(separator: ", ")))"
    case .integers(let low, let high):
      let isNumber = type == .integer || type == .integer32
      let isOpen =
        low == .min || high == .max || type == .integer32 && low == Int32.min
        || type == .integer32 && high == Int32.max
      if !isNumber || isOpen { return "_" }
      return low == high ? "\(low)" : "\(low)...\(high)"
    case .other: return "_"
    }
  }
}
