// Jumps, and what is done where the interpreter's functions do an instruction.

extension Translator {
  // MARK: Cold code

  /// The jump at `place` leads to where the interpreter's function does the instruction, once
  /// `undo` is done.
  mutating func noteColdJump(_ place: Int, _ undo: Target.Undo) {
    coldJumps.append(ColdJump(place: place, word: word, valid: valid, dirty: dirty, undo: undo))
  }

  mutating func writeColdCode() {
    let common = assignment.writtenBack
    assembler.reserve(1024)
    let spilling = assembler.count
    store(common)
    let plain = assembler.count
    Target.performAndResume(in: &self)
    var last: (jump: ColdJump, place: Int)?
    for jump in coldJumps {
      if let last, last.jump.word == jump.word, last.jump.undo == jump.undo,
        last.jump.dirty == jump.dirty, last.jump.valid == jump.valid
      {
        Target.link(jump.place, to: last.place, in: &assembler)
        continue
      }
      assembler.reserve(512)
      last = (jump, assembler.count)
      Target.link(jump.place, to: assembler.count, in: &assembler)
      Target.undo(jump.undo, in: &self)
      let isCommon = jump.dirty != 0 && common & ~jump.valid == 0
      if !isCommon { store(jump.dirty) }
      Target.jump(to: isCommon ? spilling : plain, for: jump.word, in: &self)
    }
    coldJumps.removeAll(keepingCapacity: true)
  }

  // MARK: Jumps

  /// Has registers as the code at `target` expects them, and charges what the jump does.
  mutating func prepare(_ target: Int) {
    let needed = words[target].isLoopHead ? assignment.all : assignment.writtenBack
    load(needed & ~valid)
    Target.addCharge(in: &self)
  }

  /// The jump at `place` leads forward to `target`.
  mutating func jumpForward(_ place: Int, to target: Int) {
    forwardJumps.append((place, target))
    guard !words[target].isLoopHead else { return }
    words[target].valid &= valid
    words[target].dirty |= dirty
  }
}
