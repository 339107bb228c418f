/// What a slot, or a word of an array's element, holds.
package enum SlotKind: UInt8, Sendable {
  /// Int, Int32, Duration, Timestamp, tags of optionals and enums.
  case integer = 1
  case float, boolean
  /// The address of a buffer that this slot owns and the machine releases when a frame is unwound.
  case owned
  /// The address of a buffer that another slot owns, or of constant data.
  case borrowed
  /// The number of elements of the buffer in the slot before; written only together with it.
  case length
  /// The index of a function; `layout` is the index of its signature. On the host only.
  case function
}

/// The one declared type of a slot.
///
/// `layout` tells what a buffer's elements are, by index into the image's layouts.
package struct SlotType: Hashable, Sendable {
  package let kind: SlotKind
  package let layout: UInt16
  package init(_ kind: SlotKind, layout: UInt16 = 0) {
    self.kind = kind
    self.layout = layout
  }
  package static let integer = SlotType(.integer)
  package static let float = SlotType(.float)
  package static let boolean = SlotType(.boolean)
  package static let length = SlotType(.length)
}
