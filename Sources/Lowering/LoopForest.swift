/// The loops of a function's code, each from where jumps back lead to the last of them.
struct LoopForest {
  struct Loop {
    let head: Int
    /// The last instruction that leads back.
    fileprivate(set) var end: Int
    /// The loop around it.
    fileprivate(set) var parent: Int?
    /// Whether it is entered at its head only, and not by an error that is caught.
    fileprivate(set) var isEnteredAtHead = true

    func contains(_ index: Int) -> Bool { index >= head && index <= end }
  }

  /// In the order of their heads.
  private(set) var loops: [Loop] = []
  /// By instruction the innermost loop around it.
  private(set) var innermost: [Int?]

  /// Nil without loops, and where they are not one in the other.
  init?(_ code: CodeList) {
    innermost = Array(repeating: nil, count: code.items.count + 1)
    var ends: [Int: Int] = [:]
    for index in code.items.indices where !code.items[index].isLeftOut {
      if let target = code.items[index].target, target <= index { ends[target] = index }
    }
    guard !ends.isEmpty else { return nil }
    loops = ends.map { Loop(head: $0.key, end: $0.value) }.sorted { $0.head < $1.head }
    var open: [Int] = []
    var next = 0
    for index in code.items.indices {
      while let last = open.last, loops[last].end < index { open.removeLast() }
      if next < loops.count, loops[next].head == index {
        loops[next].parent = open.last
        if let last = open.last, loops[last].end < loops[next].end { return nil }
        open.append(next)
        next += 1
      }
      innermost[index] = open.last
    }
    for index in code.items.indices where !code.items[index].isLeftOut {
      if let target = code.items[index].target {
        forEachLoop(around: target) { loop in
          if loops[loop].contains(index) { return false }
          if loops[loop].head != target { loops[loop].isEnteredAtHead = false }
          return true
        }
      }
    }
    for handler in code.handlers {
      forEachLoop(around: handler.target) { loop in
        if loops[loop].contains(handler.start), loops[loop].contains(handler.end - 1) {
          return false
        }
        loops[loop].isEnteredAtHead = false
        return true
      }
    }
  }

  /// Calls `body` with each loop around instruction `index`, from the innermost on, as long as it
  /// says so.
  private func forEachLoop(around index: Int, _ body: (Int) -> Bool) {
    var loop = innermost[index]
    while let number = loop, body(number) { loop = loops[number].parent }
  }
}
