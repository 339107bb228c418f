#if !hasFeature(Embedded)
  /// The bytes of the image that `contents` describes, with its digest (docs/image-format.md).
  ///
  /// Nothing is judged here: what breaks a rule is encoded as it is, and `verify` says which.
  /// Contents beyond `Limits` give an image that `verify` refuses as too large.
  package func encode(_ contents: ImageContents) -> [UInt8] {
    var encoder = ImageEncoder()
    return encoder.encode(contents)
  }

  /// The sections of an image on their way to bytes.
  private struct ImageEncoder {
    private var sections = [[UInt8]](repeating: [], count: ImageFormat.sectionCount)
    private var fits = true
    private var typeLists: [[SlotType]: UInt32] = [:]
    private var texts: [String: TextRange] = [:]

    mutating func encode(_ contents: ImageContents) -> [UInt8] {
      text(contents.name, in: .module)
      add(contents.layouts)
      for signature in contents.signatures {
        word(types(signature.parameters), in: .signatures)
        word(types(signature.results), in: .signatures)
        half(signature.parameters.count, in: .signatures)
        half(signature.results.count, in: .signatures)
      }
      for constant in contents.constants { long(constant, in: .constants) }
      addData(contents)
      for function in contents.functions { add(function) }
      for call in contents.inlinedCalls { add(call) }
      addCaptures(contents)
      for type in contents.globals { add(type, in: .globals) }
      for call in contents.hostCalls { add(call) }
      for channel in contents.channels {
        half(Int(channel.number), in: .channels)
        half(0, in: .channels)
        text(channel.device, in: .channels)
      }
      for error in contents.errors {
        text(error.name, in: .errors)
        word(types(error.payload), in: .errors)
        half(error.payload.count, in: .errors)
        half(0, in: .errors)
      }
      for file in contents.files { text(file, in: .files) }
      return assemble(contents)
    }

    // MARK: Parts

    /// A layout's depth follows from those before it, which are the only ones that it may nest.
    private mutating func add(_ layouts: [Layout]) {
      var depths: [Int] = []
      for layout in layouts {
        var deepest = 0
        for word in layout.words where word.kind == .owned && Int(word.layout) < depths.count {
          deepest = max(deepest, depths[Int(word.layout)])
        }
        depths.append(deepest + 1)
        word(types(layout.words), in: .layouts)
        half(layout.words.count, in: .layouts)
        half(deepest + 1, in: .layouts)
      }
    }

    private mutating func addData(_ contents: ImageContents) {
      var offsets: [Int] = []
      for entry in contents.data {
        let start = sections[Section.bytes.rawValue].count
        offsets.append(start)
        let count: Int
        switch entry.elements {
        case .text(let bytes):
          count = bytes.count
          sections[Section.bytes.rawValue] += bytes
        case .words(let words):
          let layout =
            Int(entry.layout) < contents.layouts.count
            ? contents.layouts[Int(entry.layout)].words : []
          count = layout.isEmpty ? 0 : words.count / layout.count
          if layout == [.boolean] {
            sections[Section.bytes.rawValue] += words.map { UInt8(truncatingIfNeeded: $0) }
            break
          }
          for (index, word) in words.enumerated() {
            let kind = layout.isEmpty ? .integer : layout[index % layout.count].kind
            let isNested = kind == .owned || kind == .borrowed
            long(
              isNested ? address(word, count: words.dropFirst(index + 1).first, offsets) : word,
              in: .bytes)
          }
        }
        half(Int(entry.layout), in: .data)
        half(0, in: .data)
        word(count, in: .data)
        word(start, in: .data)
        word(sections[Section.bytes.rawValue].count - start, in: .data)
        pad(.bytes)
      }
    }

    private func address(_ entry: UInt64, count: UInt64?, _ offsets: [Int]) -> UInt64 {
      if count == 0 { return 0 }
      guard let index = Int(exactly: entry), index < offsets.count - 1 else { return .max }
      return ImageFormat.dataAddressBit | UInt64(offsets[index])
    }

    private mutating func add(_ function: FunctionContents) {
      let codeStart = sections[Section.code.rawValue].count / 8
      function.code.map { $0.littleEndian }.withUnsafeBytes {
        sections[Section.code.rawValue] += $0
      }
      let pairs = function.slots.indices.filter {
        function.slots[$0].kind == .owned || function.slots[$0].kind == .borrowed
      }
      let owned = pairs.filter { function.slots[$0].kind == .owned }
      let locals = pairs.filter { $0 >= function.parameterCount }
      let labels = labels(of: function)
      word(codeStart, in: .functions)
      word(function.code.count, in: .functions)
      word(types(function.slots), in: .functions)
      word(types(function.results), in: .functions)
      half(function.slots.count, in: .functions)
      half(function.parameterCount, in: .functions)
      half(function.results.count, in: .functions)
      half(owned.count, in: .functions)
      half(owned.count { $0 < function.parameterCount }, in: .functions)
      half(locals.count, in: .functions)
      half(function.results.count { $0.kind == .owned }, in: .functions)
      half(0, in: .functions)
      word(sections[Section.slots.rawValue].count / 2, in: .functions)
      for slot in owned { half(slot, in: .slots) }
      word(sections[Section.slots.rawValue].count / 2, in: .functions)
      for slot in locals { half(slot, in: .slots) }
      word(sections[Section.labels.rawValue].count / 4, in: .functions)
      word(labels.count, in: .functions)
      for label in labels { word(label, in: .labels) }
      word(recordCount(.positions), in: .functions)
      word(function.positions.count, in: .functions)
      for entry in function.positions {
        word(Int(entry.start), in: .positions)
        word(Int(entry.line), in: .positions)
        word(Int(entry.pendingCharge), in: .positions)
        half(Int(entry.file), in: .positions)
        half(Int(entry.column), in: .positions)
        word(Int(entry.call ?? ImageFormat.noEntry), in: .positions)
      }
      word(recordCount(.handlers), in: .functions)
      word(function.handlers.count, in: .functions)
      for entry in function.handlers {
        word(Int(entry.start), in: .handlers)
        word(Int(entry.end), in: .handlers)
        word(Int(entry.target), in: .handlers)
        half(Int(entry.error ?? ImageFormat.none), in: .handlers)
        half(Int(entry.errorSlot), in: .handlers)
      }
      text(function.name, in: .functions)
    }

    private mutating func add(_ call: InlinedCall) {
      text(call.name, in: .inlinedCalls)
      word(Int(call.line), in: .inlinedCalls)
      word(Int(call.outer ?? ImageFormat.noEntry), in: .inlinedCalls)
      half(Int(call.file), in: .inlinedCalls)
      half(Int(call.column), in: .inlinedCalls)
    }

    private func recordCount(_ section: Section) -> Int {
      sections[section.rawValue].count / section.recordByteCount
    }

    /// Where jumps and handlers of `function` lead, ascending; none of code that cannot be taken
    /// apart.
    private func labels(of function: FunctionContents) -> [Int] {
      var labels = Set(function.handlers.map { Int($0.target) })
      var place = 0
      while place < function.code.count {
        let instruction = Instruction(function.code[place])
        guard let opcode = instruction.opcode else { break }
        place += ImageFormat.wordCount(of: opcode, instruction.word)
        guard let distance = opcode.distance(in: instruction) else { continue }
        let target = place + distance
        if target >= 0 { labels.insert(target) }
      }
      return labels.sorted()
    }

    private mutating func addCaptures(_ contents: ImageContents) {
      var bound: [SlotType] = []
      for capture in contents.captures {
        text(capture.path, in: .captures)
        text(capture.type, in: .captures)
        word(Int(capture.line), in: .captures)
        half(Int(capture.file), in: .captures)
        switch capture.binding {
        case .fixed:
          half(0, in: .captures)
          half(0, in: .captures)
          half(0, in: .captures)
          word(0, in: .captures)
        case .bound(let first, let slots):
          half(1, in: .captures)
          half(Int(first), in: .captures)
          half(slots.count, in: .captures)
          word(types(slots), in: .captures)
          while bound.count < Int(first) + slots.count { bound.append(.integer) }
          for (index, slot) in slots.enumerated() { bound[Int(first) + index] = slot }
        }
        let digest = capture.digest.prefix(32)
        sections[Section.captures.rawValue] += digest
        sections[Section.captures.rawValue] += [UInt8](repeating: 0, count: 32 - digest.count)
      }
      if bound.count > Limits.boundCountMax { fits = false }
      for type in bound { add(type, in: .bound) }
    }

    private mutating func add(_ call: HostCallContents) {
      text(call.name, in: .hostCalls)
      word(types(call.signature.parameters), in: .hostCalls)
      word(types(call.signature.results), in: .hostCalls)
      half(call.signature.parameters.count, in: .hostCalls)
      half(call.signature.results.count, in: .hostCalls)
      word(Int(call.mode.rawValue), in: .hostCalls)
    }

    // MARK: Numbers

    /// Where in section `types` the list stands.
    private mutating func types(_ list: [SlotType]) -> Int {
      if let known = typeLists[list] { return Int(known) }
      let start = sections[Section.types.rawValue].count / 4
      for type in list { add(type, in: .types) }
      typeLists[list] = UInt32(truncatingIfNeeded: start)
      return start
    }

    private mutating func add(_ type: SlotType, in section: Section) {
      half(Int(type.kind.rawValue), in: section)
      half(Int(type.layout), in: section)
    }

    private mutating func text(_ string: String, in section: Section) {
      let range: TextRange
      if let known = texts[string] {
        range = known
      } else {
        let start = sections[Section.text.rawValue].count
        sections[Section.text.rawValue] += Array(string.utf8)
        let count = sections[Section.text.rawValue].count - start
        range = TextRange(
          start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count))
        texts[string] = range
      }
      word(Int(range.start), in: section)
      word(Int(range.count), in: section)
    }

    private mutating func half(_ value: Int, in section: Section) {
      if value < 0 || value > 0xFFFF { fits = false }
      append(UInt64(truncatingIfNeeded: value), byteCount: 2, to: section)
    }

    private mutating func word(_ value: Int, in section: Section) {
      if value < 0 || value > 0xFFFF_FFFF { fits = false }
      append(UInt64(truncatingIfNeeded: value), byteCount: 4, to: section)
    }

    private mutating func long(_ value: UInt64, in section: Section) {
      append(value, byteCount: 8, to: section)
    }

    private mutating func append(_ value: UInt64, byteCount: Int, to section: Section) {
      ImageEncoder.append(value, byteCount: byteCount, to: &sections[section.rawValue])
    }

    @inline(__always)
    private static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
      var rest = value
      for _ in 0..<byteCount {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest &>>= 8
      }
    }

    private mutating func pad(_ section: Section) {
      while sections[section.rawValue].count % 8 != 0 { sections[section.rawValue].append(0) }
    }

    // MARK: The whole

    private func assemble(_ contents: ImageContents) -> [UInt8] {
      var bytes: [UInt8] = []
      func put(_ value: Int, _ byteCount: Int) {
        ImageEncoder.append(UInt64(truncatingIfNeeded: value), byteCount: byteCount, to: &bytes)
      }
      let total = sections.reduce(ImageFormat.sectionsOffset) { $0 + ($1.count + 7) / 8 * 8 }
      let isTooLarge =
        !fits || total > Limits.imageByteCountMax
        || contents.functions.count > Limits.functionCountMax
      put(Int(ImageFormat.magic), 4)
      put(Int(isTooLarge ? ImageFormat.versionTooLarge : ImageFormat.version), 2)
      put(Int(contents.profile.rawValue), 2)
      put(total, 4)
      put(ImageFormat.sectionCount, 4)
      bytes += [UInt8](repeating: 0, count: 32)
      var offset = ImageFormat.sectionsOffset
      for kind in Section.allCases {
        let byteCount = sections[kind.rawValue].count
        put(kind.rawValue, 4)
        put(offset, 4)
        put(byteCount, 4)
        put(byteCount / kind.recordByteCount, 4)
        offset += (byteCount + 7) / 8 * 8
      }
      for section in sections {
        bytes += section
        while bytes.count % 8 != 0 { bytes.append(0) }
      }
      seal(&bytes)
      return bytes
    }
  }

  /// Writes the digest of an image's contents into its header.
  package func seal(_ image: inout [UInt8]) {
    guard image.count >= ImageFormat.tableOffset else { return }
    var hash = SHA256()
    hash.update(image[..<ImageFormat.digestOffset])
    hash.update(image[ImageFormat.tableOffset...])
    image.replaceSubrange(
      ImageFormat.digestOffset..<ImageFormat.tableOffset, with: hash.finalizeToArray())
  }
#endif
