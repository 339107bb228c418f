import Diagnostics
import Typing
import Values

/// A value as the reference interpreter has it: a tree, copied where the language copies.
indirect enum Value: Hashable, Sendable {
  case unit
  /// Int, Int32; ticks of Duration and Timestamp; numbers of channels; handles of simulations.
  case integer(Int64)
  case float(Double)
  case boolean(Bool)
  case text(String)
  case optional(Value?)
  case array([Value])
  case tuple([Value])
  case structure([Value])
  case enumeration(Int, [Value])
  /// With what it copied of the locals around it, the values of its first parameters.
  case function(FunctionID, [GenericID: GenericArgument], [Value])
  /// What `catch as e` binds.
  case error(Raised)

  init(_ constant: Constant) {
    switch constant {
    case .unit: self = .unit
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .boolean(let value): self = .boolean(value)
    case .text(let value): self = .text(value)
    case .optional(let value): self = .optional(value.map { Value($0) })
    case .array(let values): self = .array(values.map { Value($0) })
    case .tuple(let values): self = .tuple(values.map { Value($0) })
    case .structure(let values): self = .structure(values.map { Value($0) })
    case .enumeration(let tag, let values): self = .enumeration(tag, values.map { Value($0) })
    }
  }

  /// As data; of functions and errors nothing.
  var constant: Constant {
    switch self {
    case .unit, .function, .error: .unit
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    case .boolean(let value): .boolean(value)
    case .text(let value): .text(value)
    case .optional(let value): .optional(value?.constant)
    case .array(let values): .array(values.map(\.constant))
    case .tuple(let values): .tuple(values.map(\.constant))
    case .structure(let values): .structure(values.map(\.constant))
    case .enumeration(let tag, let values): .enumeration(tag, values.map(\.constant))
    }
  }

  /// The parts that a path can lead to.
  var parts: [Value]? {
    switch self {
    case .array(let parts), .tuple(let parts), .structure(let parts): parts
    case .error(let raised): raised.payload
    case .unit, .integer, .float, .boolean, .text, .optional, .enumeration, .function: nil
    }
  }

  /// Whether an enum's value is its case `tag`; of an optional, 1 is that it has a value.
  func isCase(_ tag: Int) -> Bool? {
    switch self {
    case .enumeration(let own, _): own == tag
    case .optional(let content): (content != nil) == (tag == 1)
    default: nil
    }
  }

  /// Part `field` of what case `tag` carries; nil if the value is no such case.
  func payload(_ tag: Int, _ field: Int) -> Value? {
    switch self {
    case .enumeration(tag, let parts) where parts.indices.contains(field): parts[field]
    case .optional(let content) where tag == 1 && field == 0: content
    default: nil
    }
  }

  /// The value with the part at `path` replaced by `new`; nil where there is no such part.
  func replacing(_ path: ArraySlice<Int>, with new: Value) -> Value? {
    guard let index = path.first else { return new }
    func inner(_ parts: [Value]) -> [Value]? {
      guard parts.indices.contains(index),
        let part = parts[index].replacing(path.dropFirst(), with: new)
      else { return nil }
      var parts = parts
      parts[index] = part
      return parts
    }
    switch self {
    case .array(let parts): return inner(parts).map { .array($0) }
    case .tuple(let parts): return inner(parts).map { .tuple($0) }
    case .structure(let parts): return inner(parts).map { .structure($0) }
    case .unit, .integer, .float, .boolean, .text, .optional, .enumeration, .function, .error:
      return nil
    }
  }
}

/// An error on its way.
struct Raised: Hashable, Sendable {
  var error: ErrorReference
  var payload: [Value] = []
  /// Numbers that an error of the device carries: channel, time, slack.
  var words: [UInt64] = []
  /// Where it was raised, and where the functions around were called, innermost first.
  var spans: [Span]
}

/// Why an evaluation did not come to its end.
enum Stop: Error {
  case raised(Raised)
  /// The run was asked to stop.
  case stopped
  /// The tree holds something that this interpreter does not know; a difference between the
  /// engines, not an outcome.
  case unsupported(String)
  /// So many steps were taken that it is not going to end.
  case outOfSteps
}

/// The numbers of the language's own errors.
enum LanguageError: Int {
  case underflow = 0, sequenceError, collision, busy, inputOverflow, timeout, arithmeticOverflow,
    divisionByZero
  case indexOutOfRange, outOfMemory, stackOverflow, cancelled, missingValue, limitExceeded,
    fitFailed
}
