// What an image says, before it is encoded. Made by `Lowering` and by tests; never seen by a
// device, which reads bytes.
#if !hasFeature(Embedded)
  /// The elements of an array: the kinds of their words.
  ///
  /// Layout 0 is text: bytes of UTF-8, one to an element. A nested array is an owned word and its
  /// length; its layout's index is smaller than that of the layout it stands in.
  package struct Layout: Hashable, Sendable {
    /// Empty for layout 0 only.
    package let words: [SlotType]
    package init(words: [SlotType]) { self.words = words }
  }

  /// One function: slots `0..<parameterCount` are filled by the caller.
  package struct FunctionContents: Sendable {
    package var name: String
    package var slots: [SlotType] = []
    package var parameterCount = 0
    package var results: [SlotType] = []
    /// Instructions and the words of operands after them.
    package var code: [UInt64] = []
    package var positions: [PositionEntry] = []
    package var handlers: [HandlerEntry] = []
    package init(name: String) { self.name = name }
  }

  /// A call in whose place the body of the function stands, as in a sorted `parallel`: a place in
  /// there is shown in a backtrace together with the call's.
  package struct InlinedCall: Hashable, Sendable {
    /// The function called.
    package let name: String
    /// Where it is called: index into `ImageContents.files`, line and column.
    package let file: UInt16
    package let line: UInt32
    package let column: UInt16
    /// Where the call itself stands in a body in place of a call: an earlier entry of
    /// `ImageContents.inlinedCalls`.
    package let outer: UInt32?
    package init(name: String, file: UInt16, line: UInt32, column: UInt16, outer: UInt32?) {
      self.name = name
      self.file = file
      self.line = line
      self.column = column
      self.outer = outer
    }
  }

  /// The kinds of a function value's parameters and results.
  package struct Signature: Hashable, Sendable {
    package let parameters: [SlotType]
    package let results: [SlotType]
    package init(parameters: [SlotType], results: [SlotType]) {
      self.parameters = parameters
      self.results = results
    }
  }

  /// A function of the host that the code calls by name; what it means is the runner's affair.
  package struct HostCallContents: Hashable, Sendable {
    package typealias Mode = HostCallMode
    package let name: String
    package var mode: Mode
    package let signature: Signature
    package init(name: String, mode: Mode, signature: Signature) {
      self.name = name
      self.mode = mode
      self.signature = signature
    }
  }

  /// One captured value in the manifest.
  ///
  /// A fixed capture is folded into the code; a bound one is a word (or several) that is filled
  /// when the kernel is started.
  package struct CaptureContents: Hashable, Sendable {
    /// How the value gets into the code.
    package enum Binding: Hashable, Sendable {
      case fixed
      /// Words `first..<first + slots.count` of the bound captures.
      case bound(first: UInt16, slots: [SlotType])
    }
    /// As the user writes it: `cal.offset`.
    package let path: String
    package let type: String
    package let file: UInt16
    package let line: UInt32
    /// SHA-256 of the captured value's canonical encoding; zeros for a bound one.
    package let digest: [UInt8]
    package let binding: Binding
    package init(
      path: String, type: String, file: UInt16, line: UInt32, digest: [UInt8], binding: Binding
    ) {
      self.path = path
      self.type = type
      self.file = file
      self.line = line
      self.digest = digest
      self.binding = binding
    }
  }

  /// Constant array: its layout, number of elements, and words (or, for layout 0, bytes).
  package struct DataContents: Hashable, Sendable {
    /// The words of the elements, or the bytes of a text.
    package enum Elements: Hashable, Sendable {
      /// `count * layout.words.count` words; a word of kind `owned`/`borrowed` is the index of
      /// another entry, smaller than this one's, and is followed by its length.
      case words([UInt64])
      case text([UInt8])
    }
    package let layout: UInt16
    package let elements: Elements
    package init(layout: UInt16, elements: Elements) {
      self.layout = layout
      self.elements = elements
    }
  }

  /// All that an image contains.
  ///
  /// Function 0 is the entry of a kernel image.
  package struct ImageContents: Sendable {
    package var profile: Profile
    package var name: String
    package var files: [String] = []
    package var layouts: [Layout] = [Layout(words: [])]
    package var signatures: [Signature] = []
    package var functions: [FunctionContents] = []
    /// The calls that positions of functions stand in.
    package var inlinedCalls: [InlinedCall] = []
    package var constants: [UInt64] = []
    package var data: [DataContents] = []
    package var captures: [CaptureContents] = []
    /// Words that outlive calls; an array takes two neighbouring ones (owned, length).
    ///
    /// Zero at first.
    package var globals: [SlotType] = []
    package var hostCalls: [HostCallContents] = []
    /// Names of the device channels that the code uses; an instruction's channel field is an index
    /// into it.
    package var channels: [ChannelContents] = []
    /// Names of errors that the program declares, with the kinds of their payloads; number `64 +
    /// index`.
    package var errors: [ErrorContents] = []
    package init(profile: Profile, name: String) {
      self.profile = profile
      self.name = name
    }
  }

  /// A channel of the core device: its number there, and the device's name in the source.
  package struct ChannelContents: Hashable, Sendable {
    package let number: UInt16
    package let device: String
    package init(number: UInt16, device: String) {
      self.number = number
      self.device = device
    }
  }

  /// An error that the program declares, and the kinds of the words of its payload.
  package struct ErrorContents: Hashable, Sendable {
    package let name: String
    package let payload: [SlotType]
    package init(name: String, payload: [SlotType]) {
      self.name = name
      self.payload = payload
    }
  }
#endif
