import Diagnostics
import Laboratory
import Typing

// Places: what is assigned, appended to, and handed over `inout`.

/// A place whose indices have been evaluated.
struct ResolvedPlace {
  let root: Place.Root
  /// The arguments of a family of shared values.
  let keys: [Value]
  let path: [Int]
  let span: Span
}

extension Interpreter {
  /// Evaluates the indices of `place`.
  mutating func resolve(_ place: Place) throws(Stop) -> ResolvedPlace {
    var keys: [Value] = []
    for key in place.keys { keys.append(try evaluate(key)) }
    var path: [Int] = []
    for step in place.steps {
      switch step {
      case .field(let index), .tupleElement(let index): path.append(index)
      case .index(let index):
        // One that no array has is no element either.
        path.append(Int(exactly: try position(index, in: place.root, below: path)) ?? -1)
      }
    }
    return ResolvedPlace(root: place.root, keys: keys, path: path, span: place.span)
  }

  mutating func read(_ place: ResolvedPlace) throws(Stop) -> Value {
    var value: Value
    switch place.root {
    case .local(let id): value = try read(id)
    case .member(let id):
      if case .dataset = typed[id].kind {
        guard let part = try dataset(id).value.part(place.path[...]) else {
          throw raise(.indexOutOfRange, at: place.span)
        }
        guard let whole = part.whole else { throw raise(.missingValue, at: place.span) }
        return whole
      }
      value =
        typed[id].keyFunction == nil
        ? try read(id, at: place.span) : try readFamily(id, place.keys)
    }
    for index in place.path {
      guard let parts = value.parts, parts.indices.contains(index) else {
        throw raise(.indexOutOfRange, at: place.span)
      }
      value = parts[index]
    }
    return value
  }

  mutating func write(_ new: Value, to place: ResolvedPlace) throws(Stop) {
    switch place.root {
    case .local(let id):
      frames[frames.count - 1].written.insert(id)
      forcing?.wrote(id, of: frame.function, place.path)
      if place.path.isEmpty { return set(id, new) }
      guard let value = try read(id).replacing(place.path[...], with: new) else {
        throw raise(.indexOutOfRange, at: place.span)
      }
      set(id, value)
    case .member(let id):
      if typed[id].kind != .resident { onWrite?(id, place.path) }
      switch typed[id].kind {
      case .shared(let key):
        let isFamily = typed[id].keyFunction != nil
        let whole = ResolvedPlace(root: place.root, keys: place.keys, path: [], span: place.span)
        let old = place.path.isEmpty ? Value.unit : try read(whole)
        guard let value = old.replacing(place.path[...], with: new) else {
          throw raise(.indexOutOfRange, at: place.span)
        }
        let actual = isFamily ? try familyKey(id, place.keys) : key
        shared[actual] = value
        if isFamily { familyValues[actual] = value }
      case .dataset: try writeDataset(id, place.path, new, at: place.span)
      case .argument, .variable, .prepared, .constant:
        let old = place.path.isEmpty ? Value.unit : try read(id, at: place.span)
        guard let value = old.replacing(place.path[...], with: new) else {
          throw raise(.indexOutOfRange, at: place.span)
        }
        members[id] = value
      case .resident:
        let old = place.path.isEmpty ? Value.unit : try read(id, at: place.span)
        guard let value = old.replacing(place.path[...], with: new) else {
          throw raise(.indexOutOfRange, at: place.span)
        }
        residents[typed.resident(id, of: frame.device)] = value
      case .device, .field: throw .unsupported("a write to `\(typed[id].name)`")
      }
    }
  }

  /// What a family of shared values holds at `arguments`.
  mutating func readFamily(_ id: MemberID, _ arguments: [Value]) throws(Stop) -> Value {
    let key = try familyKey(id, arguments)
    var value = shared[key]
    if value == nil, let initializer = typed[id].initializer {
      value = try call(initializer, arguments)
    }
    familyValues[key] = value
    return value ?? zero(of: typed[id].type)
  }

  private mutating func familyKey(_ id: MemberID, _ arguments: [Value]) throws(Stop) -> String {
    guard let function = typed[id].keyFunction, case .text(let key) = try call(function, arguments)
    else { throw .unsupported("a family without a key") }
    return key
  }

  /// `place.append(value)`.
  mutating func append(_ place: Place, _ value: TypedExpression, at span: Span) throws(Stop) {
    let resolved = try resolve(place)
    let element = try evaluate(value)
    charge(operations: 1)
    try raiseIfForced(at: span)
    if case .member(let id) = place.root, case .dataset = typed[id].kind,
      place.steps.allSatisfy({ if case .index = $0 { true } else { false } })
    {
      onWrite?(id, resolved.path)
      if resolved.path.isEmpty { return try appendToDataset(id, element, at: span) }
      return try appendToDataset(id, resolved.path, element, at: span)
    }
    guard case .array(let elements) = try read(resolved) else {
      throw .unsupported("an append to no array")
    }
    try requireRoom(for: elements.count + 1, of: value.type, at: span)
    try write(.array(elements + [element]), to: resolved)
  }
}
