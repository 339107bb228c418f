/// Why bytes are not an image: the rule that is broken, and where.
package struct VerificationError: Error, Hashable, Sendable {
  package let rule: Rule
  /// The function, or the record of a table.
  package let index: UInt32
  /// The word in the function's code.
  package let word: UInt32

  package init(_ rule: Rule, index: Int = 0, word: Int = 0) {
    self.rule = rule
    self.index = UInt32(truncatingIfNeeded: index)
    self.word = UInt32(truncatingIfNeeded: word)
  }

  /// The rule that the image breaks.
  package enum Rule: UInt8, Sendable {
    // The file
    case tooShort, alignment, tooLarge, magic, version, profile, size, sectionTable, digest
    // The tables; `index` is the record
    case text, type, pairing, layout, data, signature, bound, global, capture, hostCall, error
    case functionCount, functionRecord, functionSlots, slotLists, labels, positions, handlers
    case inlinedCall
    // Instructions; `index` is the function, `word` the place
    case operation, truncated, slotNumber, slotKind, layoutKind, immediate, indexRange, jumpTarget
    case argument, result, element, kernelProfile, timelineOnHost, unterminated
  }
}

#if !hasFeature(Embedded)
  extension VerificationError: CustomStringConvertible {
    /// The rule in words, and where it is broken.
    package var description: String {
      switch rule {
      case .tooShort, .alignment, .tooLarge, .magic, .version, .profile, .size, .sectionTable,
        .digest:
        "\(rule.text)"
      case .text, .type, .pairing, .layout, .data, .signature, .bound, .global, .capture, .hostCall,
        .error,
        .functionCount, .functionRecord, .functionSlots, .slotLists, .labels, .positions, .handlers,
        .inlinedCall:
        "\(rule.text) (record \(index))"
      case .operation, .truncated, .slotNumber, .slotKind, .layoutKind, .immediate, .indexRange,
        .jumpTarget,
        .argument, .result, .element, .kernelProfile, .timelineOnHost, .unterminated:
        "\(rule.text) (function \(index), word \(word))"
      }
    }
  }

  // Not on a device: a list of cases is an array, and has to be allocated.
  extension VerificationError.Rule: CaseIterable {}

  extension VerificationError.Rule {
    /// The rule in words.
    package var text: String {
      switch self {
      case .tooShort: "too short for an image"
      case .alignment: "does not lie, or does not end, at a multiple of 8"
      case .tooLarge: "larger than an image may be"
      case .magic: "does not begin with LRMR"
      case .version: "has another format version"
      case .profile: "has another profile"
      case .size: "its size is not the one that it states"
      case .sectionTable: "its section table is broken"
      case .digest: "its digest is not that of its contents"
      case .text: "a name lies outside the texts"
      case .type: "a type has an unknown kind or layout"
      case .pairing: "a buffer is not followed by its length"
      case .layout: "an array layout is broken"
      case .data: "a constant array is broken"
      case .signature: "a signature is broken"
      case .bound: "the bound captures are broken"
      case .global: "the globals are broken"
      case .capture: "a capture is broken"
      case .hostCall: "a host call is broken"
      case .error: "a declared error is broken"
      case .functionCount: "has no function or too many"
      case .functionRecord: "a function's record is broken"
      case .functionSlots: "a function's slots are broken"
      case .slotLists: "a function's lists of pairs are not those of its slots"
      case .labels: "a function's labels are broken"
      case .positions: "a function's positions are broken"
      case .handlers: "a function's handlers are broken"
      case .inlinedCall: "a call in whose place a body stands is broken"
      case .operation: "unknown operation"
      case .truncated: "an instruction's words are missing"
      case .slotNumber: "no such slot"
      case .slotKind: "a slot of another kind is needed"
      case .layoutKind: "an array of another layout is needed"
      case .immediate: "a number in the instruction is not allowed"
      case .indexRange: "an index leads nowhere"
      case .jumpTarget: "a jump leads to no instruction"
      case .argument: "an argument does not fit its parameter"
      case .result: "a result does not fit its slot"
      case .element: "an element's words do not fit the slots"
      case .kernelProfile: "not allowed in a kernel"
      case .timelineOnHost: "the host has no timeline"
      case .unterminated: "the code does not end in a jump, return or throw"
      }
    }
  }
#endif
