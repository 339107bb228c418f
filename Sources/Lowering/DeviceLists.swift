import Typing

/// Lists of devices that stand in kernels, as in `flash([a, b])` with parameters: each stands for
/// an array of devices without a declaration.
///
/// A class, since whoever finds one may not change what it finds it in.
final class DeviceLists {
  private var lists: [[MemberID]] = []

  /// What stands for the list of `elements`.
  func member(of elements: [MemberID]) -> MemberID {
    let number = lists.firstIndex(of: elements) ?? lists.count
    if number == lists.count { lists.append(elements) }
    return MemberID(index: Int32(-2 - number))
  }

  /// The elements of the list that `member` stands for; nil if it is a member of the program.
  func elements(of member: MemberID) -> [MemberID]? {
    let number = -2 - Int(member.index)
    return lists.indices.contains(number) ? lists[number] : nil
  }
}

extension Lowerer {
  /// What a device is called in the names of functions.
  func deviceName(_ member: MemberID) -> String {
    guard let elements = deviceLists.elements(of: member) else { return program[member].name }
    return "[\(elements.map { deviceName($0) }.joined(separator: ", "))]"
  }
}
