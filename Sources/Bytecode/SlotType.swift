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

/// A set of kinds: a bit for each, at its raw value, and one for that there is no slot.
///
/// No `OptionSet`, whose literals are arrays, which a device would have to allocate.
struct SlotKinds: Equatable {
  private let bits: UInt8

  private init(bits: UInt8) { self.bits = bits }
  private init(_ kind: SlotKind) { bits = 1 &<< kind.rawValue }

  /// What stands for the raw kind of a slot that there is not.
  static var noSlot: UInt8 { 0 }
  static var none: SlotKinds { SlotKinds(bits: 0) }
  static var integer: SlotKinds { SlotKinds(.integer) }
  static var float: SlotKinds { SlotKinds(.float) }
  static var boolean: SlotKinds { SlotKinds(.boolean) }
  static var owned: SlotKinds { SlotKinds(.owned) }
  static var borrowed: SlotKinds { SlotKinds(.borrowed) }
  static var length: SlotKinds { SlotKinds(.length) }
  static var function: SlotKinds { SlotKinds(.function) }
  /// What can be read as an integer.
  static var integers: SlotKinds { .integer | .length }
  static var scalars: SlotKinds { .integer | .float | .boolean | .function }
  static var all: SlotKinds { .scalars | .owned | .borrowed | .length }
  static var anything: SlotKinds { SlotKinds(bits: .max) }

  static func | (a: SlotKinds, b: SlotKinds) -> SlotKinds { SlotKinds(bits: a.bits | b.bits) }

  /// Whether it contains the kind of that raw value.
  @inline(__always)
  func contains(_ rawKind: UInt8) -> Bool { bits &>> rawKind & 1 != 0 }

  /// Three sets in one word, so that three fields are compared at once.
  @inline(__always)
  func beside(_ b: SlotKinds, _ c: SlotKinds) -> UInt32 {
    UInt32(bits) | UInt32(b.bits) &<< 8 | UInt32(c.bits) &<< 16
  }

  /// Three kinds by their raw values, as sets in one word.
  @inline(__always)
  static func beside(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt32 {
    1 &<< UInt32(a) | 0x100 &<< UInt32(b) | 0x1_0000 &<< UInt32(c)
  }
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
