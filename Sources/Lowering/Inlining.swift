import Bytecode

/// Puts the bodies of small functions in place of their calls.
///
/// Backtraces, device time and how deep calls nest stay what they were: positions in such a body
/// have the call's, and where calls may nest too deeply it begins with `deepen`, and its own calls
/// say by how much they are deeper.
struct Inlining {
  private(set) var functions: [FunctionContents]
  private(set) var inlinedCalls: InlinedCallTable
  private let graph: CallGraph
  /// How deep calls may nest in a kernel; nil on the host, where nothing counts them.
  private let callDepthMax: Int?
  /// By function the longest chain of calls that leads to it.
  private let depths: [Int?]
  /// Whether no chain of calls is too long.
  private let isShallow: Bool
  /// By function: what stands in place of its calls, if its body does.
  private var bodies: [InlinedBody?]

  /// How many instructions a body has at most, charges not counted; and one that is called in one
  /// place only.
  private static let sizeMax = 32
  private static let sizeMaxOfSingle = 64
  /// How many words of code a function has at most that bodies are put into: a multiple of what it
  /// had, and so many more.
  private static let growth = (factor: 3, words: 1_000)
  /// Slots of such a function: a device has room for a KiB a call.
  private static let slotCountMax = 110

  init(_ functions: [FunctionContents], _ calls: [InlinedCall], callDepthMax: Int?) {
    self.functions = functions
    self.callDepthMax = callDepthMax
    inlinedCalls = InlinedCallTable(calls)
    graph = CallGraph(functions)
    bodies = Array(repeating: nil, count: functions.count)
    guard let callDepthMax, !functions.isEmpty else {
      (depths, isShallow) = ([], true)
      return
    }
    depths = graph.depths(from: 0)
    isShallow =
      !graph.hasValues && depths.allSatisfy { $0.map { $0 + 2 < callDepthMax } ?? false }
  }

  /// Does so in all functions.
  mutating func inline() {
    for function in graph.calleesFirst {
      // What calls itself has its own body in place of the calls once.
      if graph.isRecursive[function] { bodies[function] = body(of: function) }
      if !graph.callees[function].isEmpty { functions[function] = inlined(into: function) }
      bodies[function] = graph.isRecursive[function] ? nil : body(of: function)
    }
  }

  /// Leaves out what is not called any more; the first function stays the first one.
  mutating func leaveOutUnused() {
    let graph = CallGraph(functions)
    guard !graph.hasValues, !functions.isEmpty else { return }
    let isUsed = graph.isReached(from: 0)
    var numbers = Array(repeating: 0, count: functions.count)
    var used: [FunctionContents] = []
    for index in functions.indices where isUsed[index] {
      numbers[index] = used.count
      used.append(functions[index])
    }
    guard used.count < functions.count else { return }
    for index in used.indices { used[index].renumberCallees { numbers[$0] } }
    functions = used
  }

  private func body(of function: Int) -> InlinedBody? {
    let isSingle = graph.callCounts[function] == 1
    return InlinedBody(
      functions[function], sizeMax: isSingle ? Self.sizeMaxOfSingle : Self.sizeMax)
  }

  private mutating func inlined(into index: Int) -> FunctionContents {
    let function = functions[index]
    var room = InlinedCopy.Room(
      words: Self.growth.factor * function.code.count + Self.growth.words,
      slots: max(function.slots.count, Self.slotCountMax))
    if let callDepthMax, !isShallow {
      room.depth = .counted(depths[index].map { callDepthMax - 2 - $0 } ?? 0)
    }
    var copy = InlinedCopy(function, room)
    return copy.write(bodies, &inlinedCalls) ? copy.contents : function
  }
}

extension FunctionContents {
  fileprivate mutating func renumberCallees(_ number: (Int) -> Int) {
    var calls: [Int] = []
    forEachInstruction { opcode, _, place in if opcode == .call { calls.append(place) } }
    for place in calls {
      let callee = number(Int(Instruction(code[place]).c))
      code[place] = code[place] & 0xFFFF_FFFF_FFFF | UInt64(callee) << 48
    }
  }
}

/// The calls in place of which bodies stand, each once.
struct InlinedCallTable {
  private(set) var calls: [InlinedCall]
  private var indices: [InlinedCall: UInt32] = [:]

  init(_ calls: [InlinedCall]) {
    self.calls = calls
    for (index, call) in calls.enumerated() { indices[call] = UInt32(clamping: index) }
  }

  /// The index of `call`.
  mutating func index(of call: InlinedCall) -> UInt32 {
    if let known = indices[call] { return known }
    let index = UInt32(clamping: calls.count)
    calls.append(call)
    indices[call] = index
    return index
  }

  /// The index of the call `index` where the function that it stands in is itself called by
  /// `outer`.
  mutating func index(of index: UInt32, in outer: UInt32) -> UInt32 {
    let call = calls[Int(index)]
    let around = call.outer.map { self.index(of: $0, in: outer) } ?? outer
    return self.index(
      of: InlinedCall(
        name: call.name, file: call.file, line: call.line, column: call.column, outer: around))
  }
}
