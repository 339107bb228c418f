import Bytecode

/// Builds one function by hand: slots by kind, instructions by operation, jumps by label.
struct Assembler {
  private(set) var contents: FunctionContents
  private var labels: [String: Int] = [:]
  private var jumps: [(place: Int, label: String, words: Int)] = []
  private var branches: [(place: Int, label: String)] = []
  private var handlers: [(from: String, to: String, target: String, error: UInt16?, slot: UInt16)] =
    []

  init(_ name: String, parameters: [SlotType] = [], results: [SlotType] = []) {
    contents = FunctionContents(name: name)
    contents.slots = parameters
    contents.parameterCount = parameters.count
    contents.results = results
  }

  /// A new slot; of a buffer with its length behind it.
  mutating func slot(_ type: SlotType) -> UInt16 {
    contents.slots.append(type)
    if type.kind == .owned || type.kind == .borrowed {
      contents.slots.append(.length)
      return UInt16(contents.slots.count - 2)
    }
    return UInt16(contents.slots.count - 1)
  }

  mutating func emit(
    _ opcode: Opcode, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, lanes: [UInt16] = []
  ) {
    contents.code.append(Instruction(opcode, a: a, b: b, c: c).word)
    emit(lanes: lanes)
  }

  private mutating func emit(lanes: [UInt16]) {
    for start in stride(from: 0, to: lanes.count, by: 4) {
      var word: UInt64 = 0
      for (index, lane) in lanes[start..<min(start + 4, lanes.count)].enumerated() {
        word |= UInt64(lane) << UInt64(16 * index)
      }
      contents.code.append(word)
    }
  }

  mutating func emit(_ opcode: Opcode, _ a: UInt16 = 0, wide: Int) {
    contents.code.append(Instruction(opcode, a: a, wide: UInt32(truncatingIfNeeded: wide)).word)
  }

  mutating func call(
    _ callee: UInt16, _ arguments: [UInt16], results: [UInt16] = [], deeper: Int = 0
  ) {
    call(.call, callee, arguments, results: results, deeper: deeper)
  }

  mutating func call(
    _ opcode: Opcode, _ callee: UInt16, _ arguments: [UInt16], results: [UInt16] = [],
    deeper: Int = 0
  ) {
    let field = ImageFormat.callField(arguments.count, deeper: deeper)
    emit(opcode, UInt16(field), UInt16(results.count), callee, lanes: arguments + results)
  }

  mutating func giveBack(_ slots: UInt16...) {
    emit(.returnSlots, UInt16(slots.count), lanes: slots)
  }

  mutating func throwing(_ error: UInt16, _ slots: [UInt16] = []) {
    emit(.throwError, UInt16(slots.count), 0, error, lanes: slots)
  }

  mutating func label(_ name: String) { labels[name] = contents.code.count }

  mutating func jump(_ opcode: Opcode = .jump, _ a: UInt16 = 0, to label: String) {
    jumps.append((contents.code.count, label, 1))
    emit(opcode, a, wide: 0)
  }

  /// The end of a round of a loop that counts.
  mutating func advance(_ counter: UInt16, to label: String, ticks: UInt16) {
    jumps.append((contents.code.count, label, 2))
    emit(.advance, counter, wide: 0)
    emit(lanes: [ticks])
  }

  /// A comparison that branches, by field c.
  mutating func branch(_ opcode: Opcode, _ a: UInt16, _ b: UInt16, to label: String) {
    branches.append((contents.code.count, label))
    emit(opcode, a, b, 0)
  }

  mutating func handle(
    _ from: String, _ to: String, at target: String, error: UInt16? = nil, slot: UInt16 = 0xFFFF
  ) {
    handlers.append((from, to, target, error, slot))
  }

  mutating func position(line: UInt32, pending: UInt32 = 0) {
    let start = UInt32(contents.code.count)
    contents.positions.append(
      PositionEntry(start: start, file: 0, line: line, column: 1, pendingCharge: pending))
  }

  /// The function, its jumps and handlers filled in.
  func assembled() -> FunctionContents {
    var result = contents
    for (place, label, words) in jumps {
      let distance = UInt64(UInt32(truncatingIfNeeded: (labels[label] ?? 0) - place - words))
      result.code[place] |= distance << 32
    }
    for (place, label) in branches {
      let distance = UInt64(UInt16(truncatingIfNeeded: (labels[label] ?? 0) - place - 1))
      result.code[place] |= distance << 48
    }
    for handler in handlers {
      result.handlers.append(
        HandlerEntry(
          start: UInt32(labels[handler.from] ?? 0), end: UInt32(labels[handler.to] ?? 0),
          target: UInt32(labels[handler.target] ?? 0), error: handler.error, errorSlot: handler.slot
        ))
    }
    return result
  }
}

extension SlotType {
  static func owned(_ layout: UInt16) -> SlotType { SlotType(.owned, layout: layout) }
  static func borrowed(_ layout: UInt16) -> SlotType { SlotType(.borrowed, layout: layout) }
}

/// Layouts that the tests share: 1 integers, 2 floats, 3 arrays of integers, 4 (integer, text,
/// float).
let testLayouts = [
  Layout(words: []), Layout(words: [.integer]), Layout(words: [.float]),
  Layout(words: [.owned(1), .length]),
  Layout(words: [.integer, .owned(0), .length, .float]),
]

/// Contents with the shared layouts and the functions given.
func image(_ functions: [Assembler], profile: Profile = .host) -> ImageContents {
  var contents = ImageContents(profile: profile, name: "test")
  contents.files = ["test.exp"]
  contents.layouts = testLayouts
  contents.functions = functions.map { $0.assembled() }
  return contents
}
