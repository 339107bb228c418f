/// A read-only view of an image's bytes: header and section table are checked, records are read
/// where they lie.
///
/// Everything that an index leads to is checked by the verifier before anybody else sees the view.
package struct ImageView {
  @usableFromInline let base: UnsafeRawPointer
  package let byteCount: Int

  /// Checks header and section table, not what the sections contain.
  package init(_ bytes: UnsafeRawBufferPointer) throws(VerificationError) {
    guard let start = bytes.baseAddress, bytes.count >= ImageFormat.sectionsOffset else {
      throw VerificationError(.tooShort)
    }
    guard UInt(bitPattern: start) % 8 == 0, bytes.count % 8 == 0 else {
      throw VerificationError(.alignment)
    }
    guard bytes.count <= Limits.imageByteCountMax else { throw VerificationError(.tooLarge) }
    base = start
    byteCount = bytes.count
    guard read(0, as: UInt32.self) == ImageFormat.magic else { throw VerificationError(.magic) }
    let version = read(4, as: UInt16.self)
    guard version != ImageFormat.versionTooLarge else { throw VerificationError(.tooLarge) }
    guard version == ImageFormat.version, read(7, as: UInt8.self) == 0 else {
      throw VerificationError(.version)
    }
    guard read(8, as: UInt32.self) == UInt32(truncatingIfNeeded: byteCount),
      read(12, as: UInt32.self) == UInt32(ImageFormat.sectionCount)
    else { throw VerificationError(.size) }
    try checkTable()
  }

  private func checkTable() throws(VerificationError) {
    var next = UInt64(ImageFormat.sectionsOffset)
    for section in 0..<ImageFormat.sectionCount {
      let entry = ImageFormat.tableOffset + section * ImageFormat.tableEntryByteCount
      guard let kind = Section(rawValue: section), read(entry, as: UInt32.self) == UInt32(section)
      else {
        throw VerificationError(.sectionTable)
      }
      let offset = UInt64(read(entry + 4, as: UInt32.self))
      let byteCount = UInt64(read(entry + 8, as: UInt32.self))
      let count = UInt64(read(entry + 12, as: UInt32.self))
      guard offset == next, byteCount == count * UInt64(kind.recordByteCount),
        offset + byteCount <= UInt64(self.byteCount)
      else { throw VerificationError(.sectionTable) }
      next = (offset + byteCount + 7) & ~7
    }
    guard next == UInt64(byteCount) else { throw VerificationError(.size) }
  }

  @inlinable
  func read<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
    base.load(fromByteOffset: offset, as: type)
  }

  /// The number of records in `section`.
  @inlinable
  package func count(_ section: Section) -> Int {
    Int(truncatingIfNeeded: read(48 + section.rawValue * 16 + 12, as: UInt32.self))
  }

  /// Where `section` begins.
  @inlinable
  package func start(_ section: Section) -> UnsafeRawPointer {
    base + Int(truncatingIfNeeded: read(48 + section.rawValue * 16 + 4, as: UInt32.self))
  }

  /// Where record `index` of `section` begins.
  @inlinable
  func record(_ section: Section, _ index: Int) -> UnsafeRawPointer {
    start(section) + index * section.recordByteCount
  }

  package var profileNumber: UInt8 { read(6, as: UInt8.self) }

  /// SHA-256 of the contents, as the image states it: 32 bytes.
  package var digest: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + ImageFormat.digestOffset, count: 32)
  }
}

/// The bytes of a name: a range of section `text`, UTF-8 that nobody has checked.
package struct TextRange {
  package let start: UInt32
  package let count: UInt32
}

/// Neighbouring entries of section `types`.
package struct TypeList {
  @usableFromInline let start: UnsafeRawPointer
  package let count: Int

  @usableFromInline
  init(_ start: UnsafeRawPointer, count: Int) {
    self.start = start
    self.count = count
  }

  /// Type `index`; of an entry that has not been verified the kind may read as integer.
  package subscript(index: Int) -> SlotType {
    let word = start.load(fromByteOffset: index * 4, as: UInt32.self)
    let kind = SlotKind(rawValue: UInt8(truncatingIfNeeded: word)) ?? .integer
    return SlotType(kind, layout: UInt16(truncatingIfNeeded: word &>> 16))
  }

  /// Type `index` as it is written: of types that have been verified the same for equal ones only.
  @inline(__always)
  func word(_ index: Int) -> UInt32 { start.load(fromByteOffset: index &* 4, as: UInt32.self) }

  /// The raw value of type `index`'s kind.
  @inline(__always)
  func kind(_ index: Int) -> UInt8 { start.load(fromByteOffset: index &* 4, as: UInt8.self) }

  @inline(__always)
  func isLength(_ index: Int) -> Bool {
    kind(index) == SlotKind.length.rawValue
  }

  package static func == (a: TypeList, b: TypeList) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a[index] != b[index] { return false }
    return true
  }
}
