import Bytecode
import Lowering
import Machine
package import Typing
package import Values

/// The value of a dataset, parts of which may not have been written.
package indirect enum DatasetValue: Hashable, Sendable {
  case missing
  case value(Constant)
  case array([DatasetValue])
}

extension DatasetValue {
  /// The value, with its arrays taken apart as deep as `type` has any.
  init(_ constant: Constant, _ type: Type) {
    if let element = type.element, case .array(let elements) = constant {
      self = .array(elements.map { DatasetValue($0, element) })
    } else {
      self = .value(constant)
    }
  }

  /// The whole value; nil if a part of it is missing.
  package var constant: Constant? {
    switch self {
    case .missing: return nil
    case .value(let constant): return constant
    case .array(let elements):
      var constants: [Constant] = []
      constants.reserveCapacity(elements.count)
      for element in elements {
        guard let constant = element.constant else { return nil }
        constants.append(constant)
      }
      return .array(constants)
    }
  }
}

extension Type {
  /// What an array's elements are; nil of anything else.
  package var element: Type? {
    switch self {
    case .array(let element), .fixedArray(let element, _): element
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .float, .duration,
      .timestamp, .optional, .tuple,
      .structure, .enumeration, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .simulation,
      .parameter:
      nil
    }
  }
}

/// The datasets of one run: what was written, and how far.
struct DatasetStore {
  private struct Dataset {
    let type: Type
    /// The lengths along the axes; empty where there are none.
    var shape: [Int]
    var value: DatasetValue
    /// Along the first axis: where the next `append` goes.
    var next = 0
  }

  private var datasets: [MemberID: Dataset] = [:]
  private let program: TypedProgram

  init(program: TypedProgram) { self.program = program }

  /// Declares `member` with a length along each of its axes: all of it is missing.
  ///
  /// Without axes an array is empty, and everything else zero.
  mutating func declare(_ member: MemberID, shape: [Int]) {
    let type = program[member].type
    let value =
      shape.isEmpty ? DatasetValue(zero(of: type, in: program), type) : Self.missing(shape[...])
    datasets[member] = Dataset(type: type, shape: shape, value: value)
  }

  /// Changes the length along the axes where these have grown; what was written stays.
  mutating func resize(_ member: MemberID, shape: [Int]) {
    guard let dataset = datasets[member], dataset.shape != shape else { return }
    datasets[member]?.shape = shape
    datasets[member]?.value = Self.resized(dataset.value, shape[...])
  }

  private static func missing(_ shape: ArraySlice<Int>) -> DatasetValue {
    guard let length = shape.first else { return .missing }
    return .array(Array(repeating: missing(shape.dropFirst()), count: length))
  }

  private static func resized(_ value: DatasetValue, _ shape: ArraySlice<Int>) -> DatasetValue {
    guard let length = shape.first else { return value }
    var elements: [DatasetValue] = []
    if case .array(let known) = value {
      elements = known.prefix(length).map { resized($0, shape.dropFirst()) }
    }
    while elements.count < length { elements.append(missing(shape.dropFirst())) }
    return .array(elements)
  }

  /// How much of it there is, and how much there will be along its first axis; nil without axes.
  func progress(of member: MemberID) -> (done: Int, all: Int)? {
    guard let dataset = datasets[member], let all = dataset.shape.first, all > 0 else { return nil }
    return (dataset.next, all)
  }

  func value(of member: MemberID) -> DatasetValue { datasets[member]?.value ?? .missing }

  /// All of the dataset; nil if a part of it is missing.
  func read(_ member: MemberID) -> Constant? { datasets[member]?.value.constant }

  /// Replaces all of it; with axes it must have their shape, or be shorter along the first.
  mutating func write(_ value: Constant, to member: MemberID) -> Fault? {
    guard let dataset = datasets[member] else { return Fault(.missingValue) }
    let new = DatasetValue(value, dataset.type)
    guard !dataset.shape.isEmpty else {
      datasets[member]?.value = new
      return nil
    }
    guard Self.fits(new, dataset.shape[...]) else { return Fault(.indexOutOfRange) }
    datasets[member]?.value = Self.resized(new, dataset.shape[...])
    if case .array(let elements) = new { datasets[member]?.next = elements.count }
    return nil
  }

  private static func fits(_ value: DatasetValue, _ shape: ArraySlice<Int>) -> Bool {
    guard let length = shape.first, case .array(let elements) = value else { return true }
    return elements.count <= length && elements.allSatisfy { fits($0, shape.dropFirst()) }
  }

  /// Writes the next element along the first axis.
  mutating func append(_ value: Constant, to member: MemberID) -> Fault? {
    guard let dataset = datasets[member], let element = dataset.type.element else {
      return Fault(.indexOutOfRange)
    }
    let new = DatasetValue(value, element)
    // Taken out, so that the elements are not copied.
    guard case .array(var elements)? = datasets[member]?.value else {
      return Fault(.indexOutOfRange)
    }
    datasets[member]?.value = .missing
    defer { datasets[member]?.value = .array(elements) }
    if let length = dataset.shape.first {
      guard dataset.next < length, dataset.next < elements.count,
        Self.fits(new, dataset.shape.dropFirst())
      else {
        return Fault(.indexOutOfRange)
      }
      elements[dataset.next] = Self.resized(new, dataset.shape.dropFirst())
    } else {
      elements.append(new)
    }
    datasets[member]?.next += 1
    return nil
  }

  /// Appends to the array in it that `path`, which is not empty, leads to: behind the last element
  /// of which anything was written.
  ///
  /// Where nothing has been written yet the array begins with it.
  mutating func append(_ value: Constant, to member: MemberID, at path: [Int]) -> Fault? {
    guard let dataset = datasets[member], let first = path.first else {
      return Fault(.missingValue)
    }
    var fault: Fault?
    datasets[member]?.value = .missing
    let new = Self.appending(
      value, to: dataset.value, type: dataset.type, dataset.shape[...], path[...], &fault)
    datasets[member]?.value = new
    if fault == nil { datasets[member]?.next = max(dataset.next, first + 1) }
    return fault
  }

  private static func appending(
    _ value: Constant, to old: DatasetValue, type: Type, _ shape: ArraySlice<Int>,
    _ path: ArraySlice<Int>, _ fault: inout Fault?
  ) -> DatasetValue {
    var elements: [DatasetValue] = []
    if case .array(let known) = old { elements = known }
    let inner = shape.dropFirst()
    guard let element = type.element else {
      fault = Fault(.missingValue)
      return old
    }
    if let index = path.first {
      guard elements.indices.contains(index) else {
        fault = Fault(.indexOutOfRange)
        return old
      }
      elements[index] = appending(
        value, to: elements[index], type: element, inner, path.dropFirst(), &fault)
      return .array(elements)
    }
    let new = DatasetValue(value, element)
    guard let length = shape.first else { return .array(elements + [new]) }
    let next = (elements.lastIndex { !isMissing($0, inner) } ?? -1) + 1
    guard next < length, next < elements.count, fits(new, inner) else {
      fault = Fault(.indexOutOfRange)
      return old
    }
    elements[next] = resized(new, inner)
    return .array(elements)
  }

  /// Whether nothing of it has been written.
  private static func isMissing(_ value: DatasetValue, _ shape: ArraySlice<Int>) -> Bool {
    switch value {
    case .missing: true
    case .value: false
    case .array(let elements):
      !shape.isEmpty && elements.allSatisfy { isMissing($0, shape.dropFirst()) }
    }
  }

  /// Writes the part of it that `path` leads to; the numbers of its indices are `indices`.
  mutating func write(
    _ value: Constant, to member: MemberID, _ path: [HostPathStep], _ indices: [Int64]
  ) -> Fault? {
    guard let dataset = datasets[member] else { return Fault(.missingValue) }
    var fault: Fault?
    datasets[member]?.value = .missing
    let new = Self.writing(
      value, into: dataset.value, type: dataset.type, path[...], indices[...], program, &fault)
    datasets[member]?.value = new
    if fault == nil, case .index? = path.first, let index = indices.first,
      let place = Int(exactly: index)
    {
      datasets[member]?.next = max(dataset.next, place &+ 1)
    }
    return fault
  }

  private static func writing(
    _ value: Constant, into old: DatasetValue, type: Type, _ path: ArraySlice<HostPathStep>,
    _ indices: ArraySlice<Int64>,
    _ program: TypedProgram, _ fault: inout Fault?
  ) -> DatasetValue {
    guard let step = path.first else { return DatasetValue(value, type) }
    switch (step, old) {
    case (.index, .array(var elements)):
      guard let index = indices.first.flatMap({ Int(exactly: $0) }),
        elements.indices.contains(index),
        let element = type.element
      else {
        fault = Fault(.indexOutOfRange)
        return old
      }
      let part = elements[index]
      elements[index] = .missing
      elements[index] = writing(
        value, into: part, type: element, path.dropFirst(), indices.dropFirst(), program, &fault)
      return .array(elements)
    case (.field, .value(let constant)), (.tupleElement, .value(let constant)),
      (.index, .value(let constant)):
      guard let changed = replacing(value, in: constant, path, indices) else {
        fault = Fault(.indexOutOfRange)
        return old
      }
      return .value(changed)
    case (_, .missing), (.field, .array), (.tupleElement, .array):
      fault = Fault(.missingValue)
      return old
    }
  }

  /// `constant` with the part at `path` replaced; nil where there is no such part.
  private static func replacing(
    _ value: Constant, in constant: Constant, _ path: ArraySlice<HostPathStep>,
    _ indices: ArraySlice<Int64>
  ) -> Constant? {
    guard let step = path.first else { return value }
    func inner(_ parts: [Constant], _ index: Int, _ indices: ArraySlice<Int64>) -> [Constant]? {
      guard parts.indices.contains(index),
        let new = replacing(value, in: parts[index], path.dropFirst(), indices)
      else { return nil }
      var parts = parts
      parts[index] = new
      return parts
    }
    switch (step, constant) {
    case (.field(let index), .structure(let parts)):
      return inner(parts, index, indices).map { .structure($0) }
    case (.tupleElement(let index), .tuple(let parts)):
      return inner(parts, index, indices).map { .tuple($0) }
    case (.index, .array(let parts)):
      guard let index = indices.first.flatMap({ Int(exactly: $0) }) else { return nil }
      return inner(parts, index, indices.dropFirst()).map { .array($0) }
    default: return nil
    }
  }
}

/// What a dataset of `type` is before anything was written: zero, empty or none.
func zero(of type: Type, in program: TypedProgram, depth: Int = 0) -> Constant {
  if depth > 64 { return .unit }
  func inner(_ type: Type) -> Constant { zero(of: type, in: program, depth: depth + 1) }
  switch type {
  case .boolean: return .boolean(false)
  case .integer, .integer32, .duration, .timestamp, .simulation: return .integer(0)
  case .float: return .float(0)
  case .string: return .text("")
  case .optional: return .optional(nil)
  case .array: return .array([])
  case .fixedArray(let element, _):
    guard let count = type.elementCount, count <= 1 << 24
    else {
      return .array([])
    }
    return .array(Array(repeating: inner(element), count: count))
  case .tuple(let types): return .tuple(types.map(inner))
  case .structure(let id, let arguments):
    return .structure(program.fieldTypes(of: id, arguments).map(inner))
  case .enumeration(let id, let arguments):
    return .enumeration(0, program.payloadTypes(of: id, arguments).first?.map(inner) ?? [])
  case .unit, .unknown, .never, .error, .anyError, .function, .interface, .driver, .channel,
    .recording, .parameter:
    return .unit
  }
}
