import Typing

/// One step of a path into a value.
enum PathStep: Hashable, Sendable {
  case field(Int)
  case tupleElement(Int)
  case index(Int64)
  /// An index that is not constant: stands for every element.
  case anyIndex
  /// The number of elements. Element writes leave it alone, all others change it.
  case count
}

/// A path into a value, from the outside in.
///
/// A prefix stands for all that lies below it.
struct AccessPath: Hashable, Sendable {
  /// Longer paths are cut off, which only makes them coarser.
  static let stepCountMax = 16

  private(set) var steps: [PathStep]
  static let whole = AccessPath([])

  init(_ steps: [PathStep]) {
    self.steps = steps.count > Self.stepCountMax ? Array(steps.prefix(Self.stepCountMax)) : steps
  }

  func appending(_ step: PathStep) -> AccessPath { AccessPath(steps + [step]) }
  func appending(_ path: AccessPath) -> AccessPath {
    if path.steps.isEmpty { return self }
    return steps.isEmpty ? path : AccessPath(steps + path.steps)
  }

  /// The part that images and manifests know: fields, tuple positions and constant indices.
  var capturePath: [CapturePathStep] {
    var result: [CapturePathStep] = []
    for step in steps {
      switch step {
      case .field(let i): result.append(.field(i))
      case .tupleElement(let i): result.append(.tupleElement(i))
      case .index(let i): result.append(.index(i))
      case .anyIndex, .count: return result
      }
    }
    return result
  }
}

extension TypedProgram {
  /// The step that indexing by `index` takes.
  func pathStep(indexedBy index: TypedExpression) -> PathStep {
    if let value = constantIndex(index, depth: 0) { return .index(value) }
    return .anyIndex
  }

  /// The value of a literal, or of a constant that is one.
  private func constantIndex(_ expression: TypedExpression, depth: Int) -> Int64? {
    switch expression.kind {
    case .integer(let value): return value
    case .member(let id):
      guard depth < 8, case .constant = self[id].kind, let initializer = self[id].initializer,
        let statement = self[initializer].body.statements.last,
        self[initializer].body.statements.count == 1,
        case .returnValue(let value?) = statement.kind
      else { return nil }
      return constantIndex(value, depth: depth + 1)
    default: return nil
    }
  }

  /// The path that `place` writes below its root.
  func path(of place: Place) -> AccessPath {
    AccessPath(
      place.steps.map { step in
        switch step {
        case .field(let i): .field(i)
        case .tupleElement(let i): .tupleElement(i)
        case .index(let index): pathStep(indexedBy: index)
        }
      })
  }

  /// How a user writes `path` of `member`; it ends before the first index that is not constant.
  func text(of path: AccessPath, in member: MemberID) -> String { look(at: path, in: member).text }

  /// The type of what `text(of:in:)` names.
  func type(of path: AccessPath, in member: MemberID) -> Type {
    look(at: path, in: member).type ?? .unknown
  }

  private func look(at path: AccessPath, in member: MemberID) -> (text: String, type: Type?) {
    var text = self[member].name
    var type: Type? = self[member].type
    for step in path.steps {
      switch step {
      case .field(let i):
        guard case .structure(let id, let arguments)? = type, self[id].fields.indices.contains(i)
        else { return (text, type) }
        text += ".\(self[id].fields[i].name)"
        let types = fieldTypes(of: id, arguments)
        type = types.indices.contains(i) ? types[i] : nil
      case .tupleElement(let i):
        text += ".\(i)"
        if case .tuple(let types)? = type, types.indices.contains(i) {
          type = types[i]
        } else {
          type = nil
        }
      case .index(let i):
        switch type {
        case .fixedArray(let element, let lengths)?:
          text += "[\(Self.indices(of: i, in: lengths))]"
          type = element
        case .array(let element)?:
          text += "[\(i)]"
          type = element
        default:
          text += "[\(i)]"
          type = nil
        }
      case .anyIndex: return (text, type)
      case .count: return (text + ".count", .integer)
      }
    }
    return (text, type)
  }

  /// The indices by which a user names the element of a matrix that stands at `position`.
  private static func indices(of position: Int64, in lengths: [Length]) -> String {
    var rest = position
    var indices: [Int64] = []
    for length in lengths.dropFirst().reversed() {
      guard case .known(let count) = length, count > 0 else { return "\(position)" }
      indices.append(rest % Int64(count))
      rest /= Int64(count)
    }
    indices.append(rest)
    return indices.reversed().map { "\($0)" }.joined(separator: ", ")
  }
}

/// Finds, for a path that is written, the captures that it may change: those on its way, at its end
/// and below.
struct PathIndex<Value> {
  private struct Node {
    var values: [Value] = []
    var children: [(step: PathStep, node: Int)] = []
    /// Where a step leads; filled once there are many.
    var lookup: [PathStep: Int] = [:]
  }
  private var nodes = [Node()]

  mutating func insert(_ value: Value, at path: AccessPath) {
    var current = 0
    for step in path.steps {
      if let next = nodes[current].lookup[step] {
        current = next
      } else {
        nodes.append(Node())
        nodes[current].children.append((step, nodes.count - 1))
        nodes[current].lookup[step] = nodes.count - 1
        current = nodes.count - 1
      }
    }
    nodes[current].values.append(value)
  }

  /// The values whose paths conflict with `path`.
  func conflicts(with path: AccessPath) -> [Value] {
    var found: [Value] = []
    var frontier = [0]
    for step in path.steps {
      var next: [Int] = []
      for node in frontier {
        found += nodes[node].values
        switch step {
        case .field, .tupleElement, .count:
          if let child = nodes[node].lookup[step] { next.append(child) }
        case .index:
          if let child = nodes[node].lookup[step] { next.append(child) }
          if let child = nodes[node].lookup[.anyIndex] { next.append(child) }
        case .anyIndex:
          for child in nodes[node].children {
            switch child.step {
            case .index, .anyIndex: next.append(child.node)
            case .field, .tupleElement, .count: break
            }
          }
        }
      }
      frontier = next
    }
    while let node = frontier.popLast() {
      found += nodes[node].values
      frontier += nodes[node].children.map(\.node)
    }
    return found
  }
}
