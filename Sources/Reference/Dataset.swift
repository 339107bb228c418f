import Diagnostics
import Running
import Typing
import Values

/// The value of a dataset, or of a part of it, which may be missing.
indirect enum Part {
  case missing
  case value(Value)
  case array([Part])

  init(_ value: Value, _ type: Type) {
    if case .array(let elements) = value, let element = type.elementOfArray {
      self = .array(elements.map { Part($0, element) })
    } else {
      self = .value(value)
    }
  }

  /// All missing, of this shape.
  init(missing shape: ArraySlice<Int>) {
    guard let count = shape.first else {
      self = .missing
      return
    }
    self = .array(Array(repeating: Part(missing: shape.dropFirst()), count: count))
  }

  /// The value; nil if a part is missing.
  var whole: Value? {
    switch self {
    case .missing: return nil
    case .value(let value): return value
    case .array(let parts):
      var values: [Value] = []
      for part in parts {
        guard let value = part.whole else { return nil }
        values.append(value)
      }
      return .array(values)
    }
  }

  var record: DatasetValue {
    switch self {
    case .missing: .missing
    case .value(let value): .value(value.constant)
    case .array(let parts): .array(parts.map(\.record))
    }
  }

  /// What `path` leads to; nil where there is nothing.
  func part(_ path: ArraySlice<Int>) -> Part? {
    guard let index = path.first else { return self }
    switch self {
    case .missing: return .missing
    case .array(let parts):
      return parts.indices.contains(index) ? parts[index].part(path.dropFirst()) : nil
    case .value(let value):
      guard let parts = value.parts, parts.indices.contains(index) else { return nil }
      return Part.value(parts[index]).part(path.dropFirst())
    }
  }

  /// The part filled up with what is missing, or cut, to the shape.
  func shaped(_ shape: ArraySlice<Int>) -> Part {
    guard let count = shape.first else { return self }
    var parts: [Part] = []
    if case .array(let known) = self {
      parts = known.prefix(count).map { $0.shaped(shape.dropFirst()) }
    }
    while parts.count < count { parts.append(Part(missing: shape.dropFirst())) }
    return .array(parts)
  }

  /// Whether nothing of it has been written.
  func isUnwritten(_ shape: ArraySlice<Int>) -> Bool {
    switch self {
    case .missing: true
    case .value: false
    case .array(let parts):
      !shape.isEmpty && parts.allSatisfy { $0.isUnwritten(shape.dropFirst()) }
    }
  }

  /// Whether nothing in it lies outside the shape.
  func fits(_ shape: ArraySlice<Int>) -> Bool {
    guard let count = shape.first, case .array(let parts) = self else { return true }
    return parts.count <= count && parts.allSatisfy { $0.fits(shape.dropFirst()) }
  }
}

/// A dataset of the run: how far it has grown, and along which axes.
struct Dataset {
  var value: Part
  var shape: [Int]
  var next = 0
}

extension Type {
  var elementOfArray: Type? {
    switch self {
    case .array(let element), .fixedArray(let element, _): element
    default: nil
    }
  }
}

extension Interpreter {
  /// Begins a dataset: all missing where it has axes, else zero or empty.
  mutating func declareDataset(_ id: MemberID) throws(Stop) {
    let shape = try axes(of: id)
    let type = typed[id].type
    datasets[id] = Dataset(
      value: shape.isEmpty ? Part(zero(of: type), type) : Part(missing: shape[...]), shape: shape)
  }

  /// The lengths along the axes as they are now.
  private mutating func axes(of id: MemberID) throws(Stop) -> [Int] {
    var shape: [Int] = []
    for axis in typed[id].axes {
      switch try call(axis.values, []) {
      case .array(let values): shape.append(values.count)
      case .integer(let count): shape.append(Int(max(0, min(count, 1 << 24))))
      default: throw .unsupported("an axis that is no array")
      }
    }
    return shape
  }

  mutating func dataset(_ id: MemberID) throws(Stop) -> Dataset {
    guard let dataset = datasets[id] else {
      throw .unsupported("the dataset `\(typed[id].name)` before its time")
    }
    return dataset
  }

  /// The same with axes that are datasets themselves brought up to date.
  private mutating func current(_ id: MemberID) throws(Stop) -> Dataset {
    var dataset = try dataset(id)
    guard typed[id].axes.contains(where: { typed[$0.values].effects.contains(.touchesDatasets) })
    else { return dataset }
    guard let shape = try? axes(of: id) else { return dataset }
    if shape != dataset.shape {
      dataset.shape = shape
      dataset.value = dataset.value.shaped(shape[...])
      datasets[id] = dataset
    }
    return dataset
  }

  mutating func appendToDataset(_ id: MemberID, _ element: Value, at span: Span) throws(Stop) {
    let dataset = try current(id)
    guard let type = typed[id].type.elementOfArray, case .array(var parts) = dataset.value else {
      throw .unsupported("an append to no array")
    }
    let new = Part(element, type)
    if let count = dataset.shape.first {
      guard dataset.next < count, new.fits(dataset.shape.dropFirst()) else {
        throw raise(.indexOutOfRange, at: span)
      }
      parts[dataset.next] = new.shaped(dataset.shape.dropFirst())
    } else {
      parts.append(new)
    }
    datasets[id]?.value = .array(parts)
    datasets[id]?.next = dataset.next + 1
  }

  /// To the array that `path` leads to; it begins with it where nothing has been written yet.
  mutating func appendToDataset(_ id: MemberID, _ path: [Int], _ element: Value, at span: Span)
    throws(Stop)
  {
    let dataset = try current(id)
    let changed = try append(
      element, to: dataset.value, typed[id].type, dataset.shape[...], path[...], at: span)
    datasets[id]?.value = changed
    datasets[id]?.next = max(dataset.next, (path.first ?? 0) + 1)
  }

  private func append(
    _ new: Value, to part: Part, _ type: Type, _ shape: ArraySlice<Int>, _ path: ArraySlice<Int>,
    at span: Span
  ) throws(Stop) -> Part {
    var parts: [Part] = []
    if case .array(let known) = part { parts = known }
    guard let element = type.elementOfArray else { throw .unsupported("an append to no array") }
    if let index = path.first {
      guard parts.indices.contains(index) else { throw raise(.indexOutOfRange, at: span) }
      parts[index] = try append(
        new, to: parts[index], element, shape.dropFirst(), path.dropFirst(), at: span)
      return .array(parts)
    }
    let added = Part(new, element)
    guard let count = shape.first else { return .array(parts + [added]) }
    var next = parts.count
    while next > 0, parts[next - 1].isUnwritten(shape.dropFirst()) { next -= 1 }
    guard next < count, added.fits(shape.dropFirst()) else {
      throw raise(.indexOutOfRange, at: span)
    }
    parts[next] = added.shaped(shape.dropFirst())
    return .array(parts)
  }

  mutating func writeDataset(_ id: MemberID, _ path: [Int], _ value: Value, at span: Span)
    throws(Stop)
  {
    let dataset = try current(id)
    guard let index = path.first else {
      let new = Part(value, typed[id].type)
      guard dataset.shape.isEmpty || new.fits(dataset.shape[...]) else {
        throw raise(.indexOutOfRange, at: span)
      }
      datasets[id]?.value = dataset.shape.isEmpty ? new : new.shaped(dataset.shape[...])
      if case .array(let parts) = new, !dataset.shape.isEmpty { datasets[id]?.next = parts.count }
      return
    }
    let changed = try replace(dataset.value, typed[id].type, path[...], value, at: span)
    datasets[id]?.value = changed
    datasets[id]?.next = max(dataset.next, index + 1)
  }

  private func replace(
    _ part: Part, _ type: Type, _ path: ArraySlice<Int>, _ new: Value, at span: Span
  ) throws(Stop) -> Part {
    guard let index = path.first else { return Part(new, type) }
    switch part {
    case .missing: throw raise(.missingValue, at: span)
    case .array(var parts):
      guard parts.indices.contains(index), let element = type.elementOfArray else {
        throw raise(.indexOutOfRange, at: span)
      }
      parts[index] = try replace(parts[index], element, path.dropFirst(), new, at: span)
      return .array(parts)
    case .value(let value):
      guard let changed = value.replacing(path, with: new) else {
        throw raise(.indexOutOfRange, at: span)
      }
      return .value(changed)
    }
  }

  /// What a value of `type` is before anything was written.
  func zero(of type: Type, depth: Int = 0) -> Value {
    if depth > 64 { return .unit }
    switch type {
    case .boolean: return .boolean(false)
    case .integer, .integer32, .duration, .timestamp, .simulation: return .integer(0)
    case .float: return .float(0)
    case .string: return .text("")
    case .optional: return .optional(nil)
    case .array: return .array([])
    case .fixedArray(let element, _):
      guard let count = type.elementCount, count < 1 << 24
      else {
        return .array([])
      }
      return .array(Array(repeating: zero(of: element, depth: depth + 1), count: count))
    case .tuple(let types): return .tuple(types.map { zero(of: $0, depth: depth + 1) })
    case .structure(let id, let arguments):
      return .structure(typed.fieldTypes(of: id, arguments).map { zero(of: $0, depth: depth + 1) })
    case .enumeration(let id, let arguments):
      let payload = typed.payloadTypes(of: id, arguments).first ?? []
      return .enumeration(0, payload.map { zero(of: $0, depth: depth + 1) })
    case .unit, .unknown, .never, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .parameter:
      return .unit
    }
  }

  /// Elements of a dataset, or of the part of it that `indices` lead to: only these must be there.
  mutating func slice(
    of id: MemberID, _ indices: [TypedExpression], _ low: TypedExpression, _ high: TypedExpression,
    at span: Span
  ) throws(Stop) -> Value {
    let part = try part(of: id, indices, at: span)
    let first = try integer(low)
    let end = try integer(high)
    guard case .array(let parts) = part else { throw raise(.missingValue, at: span) }
    guard first >= 0, first <= end, end <= Int64(parts.count) else {
      throw raise(.indexOutOfRange, at: span)
    }
    guard let value = Part.array(Array(parts[Int(first)..<Int(end)])).whole else {
      throw raise(.missingValue, at: span)
    }
    return value
  }

  /// The part of a dataset that `indices` lead to.
  mutating func part(of id: MemberID, _ indices: [TypedExpression], at span: Span) throws(Stop)
    -> Part
  {
    var path: [Int] = []
    for index in indices { path.append(Int(exactly: try integer(index)) ?? -1) }
    guard let part = try current(id).value.part(path[...]) else {
      throw raise(.indexOutOfRange, at: span)
    }
    return part
  }
}
