import Bytecode

/// Copies a function word by word, with the bodies of others in place of its calls.
struct InlinedCopy {
  /// How large it may become, and what has to be known of how deep calls nest.
  struct Room {
    let words: Int
    let slots: Int
    var depth = Depth.shallow

    enum Depth {
      /// Nowhere too deep.
      case shallow
      /// Calls that are deeper by so many or more may be too deep.
      case counted(Int)
    }
  }

  private(set) var contents: FunctionContents
  private let original: FunctionContents
  private let room: Room
  private var code: [UInt64] = []
  private var slots: [SlotType]
  private var positions: [PositionEntry] = []
  /// Where the slots of each function's body begin.
  private var bases: [Int: Int] = [:]
  /// Jumps: the word, the one behind the instruction, and the word where it leads.
  private var jumps: [(word: Int, end: Int, target: Int)] = []

  init(_ function: FunctionContents, _ room: Room) {
    (contents, original, self.room) = (function, function, room)
    slots = function.slots
  }

  /// False if nothing is put in place of any call.
  mutating func write(_ bodies: [InlinedBody?], _ calls: inout InlinedCallTable) -> Bool {
    code.reserveCapacity(2 * original.code.count)
    var starts = Array(repeating: 0, count: original.code.count + 1)
    var (place, next, count) = (0, 0, 0)
    var position: PositionEntry?
    while place < original.code.count {
      while next < original.positions.count, Int(original.positions[next].start) <= place {
        position = original.positions[next]
        put(original.positions[next])
        next += 1
      }
      starts[place] = code.count
      let instruction = Instruction(original.code[place])
      guard let opcode = instruction.opcode else { return false }
      let end = place + ImageFormat.wordCount(of: opcode, instruction.word)
      if opcode == .call, let position, let body = bodies[Int(instruction.c)],
        let base = base(of: Int(instruction.c), body)
      {
        let call = calls.index(
          of: InlinedCall(
            name: body.contents.name, file: position.file, line: position.line,
            column: position.column, outer: position.call))
        put(
          body, base, CodeList.Item(opcode, instruction, original.code, at: place), call, &calls)
        put(position)
        count += 1
      } else {
        if let distance = opcode.distance(in: instruction) {
          jumps.append((code.count, code.count + end - place, -1 - (end + distance)))
        }
        for word in place..<end { code.append(original.code[word]) }
      }
      place = end
    }
    starts[original.code.count] = code.count
    guard count > 0, link(starts) else { return false }
    contents.code = code
    contents.slots = slots
    contents.positions = positions.filter { Int($0.start) < code.count }
    for index in contents.handlers.indices {
      let handler = contents.handlers[index]
      contents.handlers[index].start = UInt32(truncatingIfNeeded: starts[Int(handler.start)])
      contents.handlers[index].end = UInt32(truncatingIfNeeded: starts[Int(handler.end)])
      contents.handlers[index].target = UInt32(truncatingIfNeeded: starts[Int(handler.target)])
    }
    return true
  }

  // MARK: Room

  /// Where the slots of the body of function `callee` begin, which are the same in place of each
  /// call; nil if it has no room.
  private mutating func base(of callee: Int, _ body: InlinedBody) -> Int? {
    guard code.count + 2 * body.contents.code.count <= room.words else { return nil }
    if case .counted = room.depth, body.deepest >= Limits.deeperMax { return nil }
    if let known = bases[callee] { return known }
    guard slots.count + body.contents.slots.count <= room.slots else { return nil }
    let base = slots.count
    slots += body.contents.slots
    bases[callee] = base
    return base
  }

  // MARK: Writing

  private mutating func put(_ position: PositionEntry) {
    var position = position
    position.start = UInt32(truncatingIfNeeded: code.count)
    if positions.last?.start == position.start { positions.removeLast() }
    if var last = positions.last {
      last.start = position.start
      if last == position { return }
    }
    positions.append(position)
  }

  private mutating func put(_ opcode: Opcode, _ a: Int, _ b: Int = 0) {
    code.append(
      Instruction(opcode, a: UInt16(truncatingIfNeeded: a), b: UInt16(truncatingIfNeeded: b)).word)
  }

  /// Puts `body` in place of `call`, the number of which in backtraces is `number`.
  private mutating func put(
    _ body: InlinedBody, _ base: Int, _ call: CodeList.Item, _ number: UInt32,
    _ calls: inout InlinedCallTable
  ) {
    let lanes = call.lanes
    let results = lanes[call.argumentCount...]
    let countsDepth: Bool
    switch room.depth {
    case .shallow: countsDepth = false
    case .counted(let limit):
      countsDepth = true
      if ImageFormat.deeper(Int(call.a)) >= limit { put(.deepen, ImageFormat.deeper(Int(call.a))) }
    }
    for slot in 0..<body.contents.parameterCount where !body.isRenamed[slot] {
      switch body.contents.slots[slot].kind {
      case .borrowed: put(.arrayBorrow, base + slot, lanes[slot])
      case .length: break
      case .integer, .float, .boolean, .owned, .function: put(.move, base + slot, lanes[slot])
      }
    }
    func name(_ slot: UInt16) -> UInt16 {
      let slot = Int(slot)
      let isArgument = slot < body.contents.parameterCount && body.isRenamed[slot]
      return UInt16(truncatingIfNeeded: isArgument ? lanes[slot] : base + slot)
    }
    // The words where its instructions begin, and jumps within it.
    var starts = Array(repeating: 0, count: body.contents.code.count + 1)
    let firstJump = jumps.count
    var returns: [Int] = []
    var (place, next) = (0, 0)
    while place < body.contents.code.count {
      while next < body.contents.positions.count, Int(body.contents.positions[next].start) <= place
      {
        var position = body.contents.positions[next]
        position.call = position.call.map { calls.index(of: $0, in: number) } ?? number
        put(position)
        next += 1
      }
      starts[place] = code.count
      let instruction = Instruction(body.contents.code[place])
      guard let opcode = instruction.opcode else { return }
      let end = place + ImageFormat.wordCount(of: opcode, instruction.word)
      var item = CodeList.Item(opcode, instruction, body.contents.code, at: place)
      item.rename(name)
      if opcode == .returnSlots {
        for (source, target) in zip(item.lanes, results) where source != target {
          put(.move, target, source)
        }
        if end < body.contents.code.count {
          returns.append(code.count)
          put(.jump, 0)
        }
      } else {
        if countsDepth { item.deepen(by: 1 + ImageFormat.deeper(Int(call.a))) }
        if let distance = opcode.distance(in: instruction) {
          jumps.append((code.count, code.count + end - place, end + distance))
        }
        code.append(Instruction(opcode, a: item.a, wide: item.wide).charging(item.charge).word)
        for word in 0..<item.operands.count { code.append(item.operands[word]) }
      }
      place = end
    }
    starts[body.contents.code.count] = code.count
    for index in firstJump..<jumps.count { jumps[index].target = starts[jumps[index].target] }
    for word in returns { jumps.append((word, word + 1, code.count)) }
  }

  /// Writes how far jumps lead; false if one does not reach.
  ///
  /// Those of the function itself have negative targets, which `starts` gives.
  private mutating func link(_ starts: [Int]) -> Bool {
    for jump in jumps {
      let target = jump.target < 0 ? starts[-1 - jump.target] : jump.target
      let word = Instruction(code[jump.word])
      guard let opcode = word.opcode else { return false }
      let distance = target - jump.end
      if opcode.shape.c == .branch {
        guard let short = Int16(exactly: distance) else { return false }
        code[jump.word] =
          Instruction(opcode, a: word.a, b: word.b, c: UInt16(bitPattern: short))
          .charging(word.charge).word
      } else {
        code[jump.word] =
          Instruction(opcode, a: word.a, wide: UInt32(truncatingIfNeeded: distance))
          .charging(word.charge).word
      }
    }
    return true
  }
}

extension CodeList.Item {
  /// The slots in the words behind a call or return.
  fileprivate var lanes: [Int] {
    let count = opcode == .returnSlots ? Int(a) : argumentCount + Int(b)
    return (0..<count).map { Int(operands.lane($0)) }
  }

  /// Has a call, or what stands in place of one, be deeper by `count`.
  fileprivate mutating func deepen(by count: Int) {
    switch opcode {
    case .call, .callValue:
      let deeper = ImageFormat.deeper(Int(a)) + count
      a = UInt16(truncatingIfNeeded: ImageFormat.callField(argumentCount, deeper: deeper))
    case .deepen: a += UInt16(truncatingIfNeeded: count)
    default: break
    }
  }
}
