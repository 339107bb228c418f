import Lowering
import Typing
import Values

// Shared values and families of them.

extension HostSession {
  /// What the shared member holds, of a family at `arguments`: its value in the store, or else its
  /// default.
  mutating func sharedValue(of member: MemberID, at arguments: [UInt64] = []) throws(HostStop)
    -> Constant
  {
    guard let key = try key(of: member, at: arguments) else { return .unit }
    if let known = keysRead, !known.contains(key) { keysRead?.append(key) }
    let value: Constant
    if let known = shared.values[key] {
      value = known
    } else if let initializer = typed[member].initializer {
      value = try self.value(of: initializer, at: arguments)
    } else {
      value = zero(of: typed[member].type, in: typed)
    }
    if typed[member].keyFunction != nil { familyValues[key] = (member, value) }
    return value
  }

  /// Writes the shared member: of a family its arguments come first in `operands`.
  mutating func writeShared(_ member: MemberID, _ operands: [UInt64]) throws(HostStop) {
    let types = typed[member].keyFunction.map { typed[$0].parameters.map(\.type) } ?? []
    let values = read(operands, types + [typed[member].type])
    guard let value = values.last else { return }
    let count = words(of: value, as: typed[member].type, in: typed).count
    guard let key = try key(of: member, at: Array(operands.dropLast(count))) else { return }
    shared.values[key] = value
    if typed[member].keyFunction != nil { familyValues[key] = (member, value) }
  }

  private mutating func key(of member: MemberID, at arguments: [UInt64]) throws(HostStop)
    -> String?
  {
    guard case .shared(let key) = typed[member].kind else { return nil }
    guard let function = typed[member].keyFunction else { return key }
    guard case .text(let key) = try value(of: function, at: arguments) else { return nil }
    return key
  }
}
