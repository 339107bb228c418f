import Bytecode
import Diagnostics
import Freezing
import Laboratory
import Typing
import Values

/// Which half of a program is lowered.
enum Side {
  case host
  /// With the values captured; those in `bound` are filled when the kernel starts.
  case device(captures: [MemberID: Constant], bound: Set<MemberID>)
}

/// Makes one image: its tables, and the function that is being lowered.
struct Lowerer {
  let program: TypedProgram
  let side: Side
  let isDevice: Bool
  var diagnostics: [Diagnostic] = []

  // The image
  var shapes: ShapeTable
  var functions: [FunctionContents] = []
  var instances: [FunctionInstance: Int] = [:]
  var waiting: [(instance: FunctionInstance, index: Int)] = []
  /// How many of `waiting` have been lowered.
  var loweredCount = 0
  var constants: [UInt64] = []
  var constantIndices: [UInt64: Int] = [:]
  var data: [DataContents] = []
  var dataIndices: [DataKey: (index: Int, count: Int)] = [:]
  /// The data of tables, by where they are written.
  var tableIndices: [Span: Int] = [:]
  var memberData: [MemberID: (index: Int, count: Int)] = [:]
  /// The calls in whose place a body stands, and the one that is being walked.
  var inlinedCalls: [InlinedCall] = []
  private var inlinedCallIndices: [InlinedCall: UInt32] = [:]
  var inlinedCall: UInt32?
  var files: [String] = []
  private var fileIndices: [SourceID: UInt16] = [:]
  private var lastFile: (source: SourceID, index: UInt16)?
  var channels: [ChannelContents] = []
  var hostCalls: [HostCall] = []
  var hostCallContents: [HostCallContents] = []
  var hostCallIndices: [HostCall: Int] = [:]
  var errors: [ErrorContents] = []
  var errorIndices: [ErrorID: Int] = [:]
  var globals: [MemberID: GlobalSlots] = [:]
  var globalWords: [SlotType] = []
  var boundWords: [MemberID: GlobalSlots] = [:]
  /// The experiment whose resident values a kernel sees; and where they are, once one is asked for.
  var residentOwner: ExperimentID?
  var residents: [Resident: GlobalSlots] = [:]
  private let anchor = Anchor()
  private var located: (span: Span, place: (file: UInt16, line: UInt32, column: UInt16))?

  // The function
  var code = FunctionBuilder(name: "")
  var frames: [Frame] = []
  /// Runs of the locals declared in each scope.
  var scopes: [[Run]] = []
  /// Temporaries to be given back at the end of the statement.
  var temporaries: [Temporary] = []
  /// What the function's inout parameters stand in; it then catches all errors.
  var inoutRuns: [Run] = []
  var walk: SortedWalk?
  /// How many `parallel`s are around, whose branches are merged with what is played.
  var parallelDepth = 0
  var trial = WalkTrial()
  /// Bound captures that a static walk has asked for.
  var sorters: Set<MemberID> = []
  /// What a way out of the function has to pass, and how many scopes were open around it.
  var exits: [(context: ExitContext, scopeCount: Int)] = []
  /// Of the `catch`es whose bodies are lowered, the innermost last.
  var caughtErrors: [CaughtError] = []
  /// What a `return` that leads through a `finally` gives back.
  var returnRun: Run?
  /// The lists of devices that stand in kernels.
  let deviceLists = DeviceLists()
  /// The errands that change what they are given.
  var changingErrands: Set<Errand> = []
  /// Whether a text with values may be put together by the host: in an error's payload.
  var formatsOnHost = false
  private var depth = 0

  struct DataKey: Hashable {
    let layout: UInt16
    let elements: [Constant]
  }

  struct Temporary {
    let run: Run
    var isMoved = false
  }

  /// What is done to the code once it is complete.
  var optimisations = Optimisations()

  init(program: TypedProgram, side: Side) {
    self.program = program
    self.side = side
    switch side {
    case .host: isDevice = false
    case .device: isDevice = true
    }
    shapes = ShapeTable(program: program)
  }

  // MARK: The frame

  var frame: Frame {
    @inline(__always) _read { yield frames[frames.count - 1] }
    _modify { yield &frames[frames.count - 1] }
  }

  /// The type of `expression` where generic parameters are what they stand for here.
  func type(of expression: TypedExpression) -> Type { concrete(expression.type) }

  func concrete(_ type: Type) -> Type { type.substituting(frame.substitution) }

  /// The words of `type`, reported at `span` if it has none.
  mutating func words(of type: Type, at span: Span) -> [SlotType] {
    switch type {
    case .boolean: return [.boolean]
    case .integer, .integer32, .duration, .timestamp: return [.integer]
    case .float: return [.float]
    case .unit, .never: return []
    default:
      if let shape = shapes.shape(of: type) { return shape.words }
      unsupported("a value of type `\(program.text(type))`", at: span)
      return []
    }
  }

  mutating func borrowedWords(of type: Type, at span: Span) -> [SlotType] {
    let words = words(of: type, at: span)
    guard words.contains(where: { $0.kind == .owned }) else { return words }
    return words.map { $0.kind == .owned ? SlotType(.borrowed, layout: $0.layout) : $0 }
  }

  // MARK: Diagnostics

  /// Says that `construct` cannot be lowered, once for each place.
  mutating func unsupported(_ construct: String, at span: Span) {
    if diagnostics.contains(where: { $0.span == span }) || diagnostics.count >= 100 { return }
    diagnostics.append(
      Diagnostic(.notYetSupported, "this version cannot compile \(construct)", at: span))
  }

  /// How deep the tree may be, that of functions which are compiled in their place included.
  private static let depthMax = 2_000

  /// Guards recursion over the tree: false, with a diagnostic, where it is too deep.
  mutating func descend(at span: Span) -> Bool {
    depth += 1
    if depth <= Self.depthMax { return true }
    unsupported("an expression nested so deeply", at: span)
    return false
  }

  mutating func ascend() { depth -= 1 }

  // MARK: Positions

  /// Errors raised by what is emitted next stand at `span`.
  mutating func position(_ span: Span) {
    if let located, located.span.start == span.start, located.span.source == span.source {
      code.position(
        file: located.place.file, line: located.place.line, column: located.place.column,
        call: inlinedCall)
      return
    }
    let place = place(of: span)
    located = (span, place)
    code.position(file: place.file, line: place.line, column: place.column, call: inlinedCall)
  }

  private mutating func place(of span: Span) -> (file: UInt16, line: UInt32, column: UInt16) {
    let position = program.sources.position(of: span)
    return (
      file(span.source), UInt32(clamping: position.line), UInt16(clamping: position.column)
    )
  }

  /// Goes back to `head`, which has been placed; this is a safe point, at `span`.
  mutating func jumpBack(to head: Label, at span: Span) {
    code.flush()
    position(span)
    code.jump(to: head)
  }

  /// The index of the call of `function` at `span`, in whose place its body stands.
  mutating func inlinedCallIndex(of function: String, at span: Span) -> UInt32 {
    let place = place(of: span)
    let call = InlinedCall(
      name: function, file: place.file, line: place.line, column: place.column, outer: inlinedCall)
    if let known = inlinedCallIndices[call] { return known }
    let index = UInt32(clamping: inlinedCalls.count)
    inlinedCalls.append(call)
    inlinedCallIndices[call] = index
    return index
  }

  mutating func file(_ source: SourceID) -> UInt16 {
    if let lastFile, lastFile.source == source { return lastFile.index }
    let index: UInt16
    if let known = fileIndices[source] {
      index = known
    } else {
      index = UInt16(clamping: files.count)
      files.append(program.sources[source].name)
      fileIndices[source] = index
    }
    lastFile = (source, index)
    return index
  }

  /// Emits an instruction that may raise an error, which then stands at `span`.
  mutating func emit(_ opcode: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, at span: Span) {
    position(span)
    code.emit(opcode, a, b, c)
  }

  // MARK: Device time

  mutating func charge(operations: Int64 = 0, events: Int64 = 0) {
    guard isDevice else { return }
    let costs = program.description.costs
    code.charge(operations &* costs.operation &+ events &* costs.event)
  }

  // MARK: Tables

  mutating func constantIndex(_ word: UInt64) -> Int {
    if let known = constantIndices[word] { return known }
    constants.append(word)
    constantIndices[word] = constants.count - 1
    return constants.count - 1
  }

  /// The index of `instance` in the image; it is lowered in its turn.
  mutating func functionIndex(_ instance: FunctionInstance) -> Int {
    if let known = instances[instance] { return known }
    let index = functions.count
    functions.append(FunctionContents(name: ""))
    instances[instance] = index
    waiting.append((instance, index))
    return index
  }

  mutating func channelIndex(_ number: UInt16, device: String) -> Int {
    let channel = ChannelContents(number: number, device: device)
    if let known = channels.firstIndex(of: channel) { return known }
    channels.append(channel)
    return channels.count - 1
  }

  /// The number of `error`, its payload's kinds known.
  ///
  /// What is more than an error has room for travels packed into an array.
  mutating func errorNumber(_ error: ErrorReference, at span: Span) -> Int {
    switch error {
    case .builtin(let number): return number
    case .declared(let id):
      if let known = errorIndices[id] { return Int(BuiltinError.firstDeclared) + known }
      var payload: [SlotType] = []
      for field in program[id].payload { payload += words(of: field.type, at: span) }
      if payload.count > Limits.errorWordCountMax {
        payload = packedWords
      }
      errors.append(ErrorContents(name: program[id].name, payload: payload))
      errorIndices[id] = errors.count - 1
      return Int(BuiltinError.firstDeclared) + errors.count - 1
    }
  }

  /// An array of integers: what is packed.
  var packedWords: [SlotType] {
    mutating get {
      guard let layout = shapes.layout(of: [.integer]) else { return [] }
      return [SlotType(.owned, layout: layout), .length]
    }
  }

  /// Index and number of elements of the constant array `elements`, whose elements are of type
  /// `element`.
  mutating func dataEntry(_ elements: [Constant], of element: Type, at span: Span) -> (
    index: Int, count: Int
  ) {
    guard let shape = shapes.shape(of: element), let layout = shapes.layout(of: shape.words) else {
      unsupported("an array of `\(program.text(element))`", at: span)
      return (0, 0)
    }
    let key = DataKey(layout: layout, elements: elements)
    if let known = dataIndices[key] { return known }
    var words: [UInt64] = []
    words.reserveCapacity(elements.count * shape.words.count)
    for value in elements { flatten(value, as: element, at: span, into: &words) }
    data.append(DataContents(layout: layout, elements: .words(words)))
    dataIndices[key] = (data.count - 1, elements.count)
    return (data.count - 1, elements.count)
  }

  /// The index of the data that `table`, which is written at `span`, is.
  mutating func tableEntry(_ table: NumberTable, of element: Type, at span: Span) -> Int {
    if let known = tableIndices[span] { return known }
    guard let shape = shapes.shape(of: element), let layout = shapes.layout(of: shape.words) else {
      unsupported("an array of `\(program.text(element))`", at: span)
      return 0
    }
    let words: [UInt64] =
      switch table {
      case .integers(let values): values.map { UInt64(bitPattern: $0) }
      case .floats(let values): values.map(\.bitPattern)
      }
    data.append(DataContents(layout: layout, elements: .words(words)))
    tableIndices[span] = data.count - 1
    return data.count - 1
  }

  mutating func textEntry(_ text: String) -> (index: Int, count: Int) {
    let key = DataKey(layout: 0, elements: [.text(text)])
    if let known = dataIndices[key] { return known }
    let bytes = Array(text.utf8)
    data.append(DataContents(layout: 0, elements: .text(bytes)))
    dataIndices[key] = (data.count - 1, bytes.count)
    return (data.count - 1, bytes.count)
  }

  /// The words of `value` as they stand in constant data: an array is its entry's index and its
  /// number of elements.
  private mutating func flatten(
    _ value: Constant, as type: Type, at span: Span, into words: inout [UInt64]
  ) {
    switch (type, value) {
    case (_, .integer(let value)): words.append(UInt64(bitPattern: value))
    case (_, .float(let value)): words.append(value.bitPattern)
    case (_, .boolean(let value)): words.append(value ? 1 : 0)
    case (_, .unit): break
    case (_, .text(let text)):
      let entry = textEntry(text)
      words += [UInt64(entry.index), UInt64(entry.count)]
    case (.array(let element), .array(let elements)),
      (.fixedArray(let element, _), .array(let elements)):
      let entry = dataEntry(elements, of: element, at: span)
      words += [UInt64(entry.index), UInt64(entry.count)]
    case (.optional(let inner), .optional(let value)):
      words.append(value == nil ? 0 : 1)
      if let value {
        flatten(value, as: inner, at: span, into: &words)
      } else {
        words += [UInt64](repeating: 0, count: shapes.shape(of: inner)?.words.count ?? 0)
      }
    case (.tuple, .tuple(let values)), (.structure, .structure(let values)):
      for (part, value) in zip(parts(of: type, in: program), values) {
        flatten(value, as: part, at: span, into: &words)
      }
    case (.enumeration(let id, let arguments), .enumeration(let tag, let payload)):
      words.append(UInt64(truncatingIfNeeded: tag))
      for (index, types) in program.payloadTypes(of: id, arguments).enumerated() {
        for (position, type) in types.enumerated() {
          if index == tag, position < payload.count {
            flatten(payload[position], as: type, at: span, into: &words)
          } else {
            words += [UInt64](repeating: 0, count: shapes.shape(of: type)?.words.count ?? 0)
          }
        }
      }
    case (_, .optional), (_, .array), (_, .tuple), (_, .structure), (_, .enumeration):
      words += [UInt64](repeating: 0, count: shapes.shape(of: type)?.words.count ?? 0)
    }
  }
}
