import Bytecode

/// Which functions of an image call which.
struct CallGraph {
  /// By function those that it calls, once for each call.
  let callees: [[Int]]
  /// By function: in how many places it is called.
  let callCounts: [Int]
  /// All functions, those that are called before those that call them, but for recursion.
  private(set) var calleesFirst: [Int] = []
  /// By function whether it may be called, by way of others too, while it runs.
  private(set) var isRecursive: [Bool]
  /// Whether functions are made values, or called by way of one.
  let hasValues: Bool

  init(_ functions: [FunctionContents]) {
    var callees: [[Int]] = []
    var callCounts = Array(repeating: 0, count: functions.count)
    var hasValues = false
    for function in functions {
      var called: [Int] = []
      function.forEachInstruction { opcode, instruction, _ in
        switch opcode {
        case .call:
          called.append(Int(instruction.c))
          callCounts[Int(instruction.c)] += 1
        case .loadFunction, .callValue: hasValues = true
        default: break
        }
      }
      callees.append(called)
    }
    (self.callees, self.callCounts, self.hasValues) = (callees, callCounts, hasValues)
    isRecursive = Array(repeating: false, count: functions.count)
    findCircles()
  }

  /// The longest chain of calls that leads from function `root` to each function, in calls; nil
  /// where there is recursion on the way.
  func depths(from root: Int) -> [Int?] {
    var depths: [Int?] = Array(repeating: 0, count: callees.count)
    for function in calleesFirst.reversed() {
      if isRecursive[function] { depths[function] = nil }
      for callee in callees[function] where callee != function {
        guard let depth = depths[function], let other = depths[callee] else {
          depths[callee] = nil
          continue
        }
        depths[callee] = max(other, depth + 1)
      }
    }
    return depths
  }

  /// By function whether calls lead to it from function `root`.
  func isReached(from root: Int) -> [Bool] {
    var isReached = Array(repeating: false, count: callees.count)
    isReached[root] = true
    var open = [root]
    while let function = open.popLast() {
      for callee in callees[function] where !isReached[callee] {
        isReached[callee] = true
        open.append(callee)
      }
    }
    return isReached
  }

  /// Finds the strongly connected components.
  ///
  /// The algorithm: Tarjan, SIAM J. Comput. 1, 146 (1972).
  private mutating func findCircles() {
    var search = CircleSearch(callees)
    for function in callees.indices { search.visit(function) }
    (calleesFirst, isRecursive) = (search.calleesFirst, search.isRecursive)
  }
}

/// The worker of `CallGraph`: with a stack of its own, for calls may nest as deep as there are
/// functions.
private struct CircleSearch {
  let callees: [[Int]]
  var calleesFirst: [Int] = []
  var isRecursive: [Bool]
  private var numbers: [Int]
  private var lowest: [Int]
  private var isOpen: [Bool]
  private var open: [Int] = []
  private var count = 0

  init(_ callees: [[Int]]) {
    self.callees = callees
    isRecursive = Array(repeating: false, count: callees.count)
    numbers = Array(repeating: -1, count: callees.count)
    lowest = numbers
    isOpen = isRecursive
  }

  mutating func visit(_ start: Int) {
    guard numbers[start] < 0 else { return }
    var path: [(function: Int, next: Int)] = []
    enter(start, &path)
    while let (function, next) = path.last {
      guard next < callees[function].count else {
        path.removeLast()
        leave(function)
        if let caller = path.last?.function {
          lowest[caller] = min(lowest[caller], lowest[function])
        }
        continue
      }
      path[path.count - 1].next += 1
      let callee = callees[function][next]
      if callee == function { isRecursive[function] = true }
      if numbers[callee] < 0 {
        enter(callee, &path)
      } else if isOpen[callee] {
        lowest[function] = min(lowest[function], numbers[callee])
      }
    }
  }

  private mutating func enter(_ function: Int, _ path: inout [(function: Int, next: Int)]) {
    (numbers[function], lowest[function], isOpen[function]) = (count, count, true)
    count += 1
    open.append(function)
    path.append((function, 0))
  }

  /// Closes the component that begins with `function`, if one does.
  private mutating func leave(_ function: Int) {
    guard lowest[function] == numbers[function] else { return }
    let first = open.lastIndex(of: function) ?? open.startIndex
    if open.count - first > 1 { for member in open[first...] { isRecursive[member] = true } }
    for member in open[first...].reversed() {
      isOpen[member] = false
      calleesFirst.append(member)
    }
    open.removeSubrange(first...)
  }
}

extension FunctionContents {
  /// Calls `body` with each instruction and the word at which it begins; code that cannot be taken
  /// apart ends there.
  func forEachInstruction(_ body: (Opcode, Instruction, Int) -> Void) {
    var place = 0
    while place < code.count {
      let instruction = Instruction(code[place])
      guard let opcode = instruction.opcode else { return }
      body(opcode, instruction, place)
      place += ImageFormat.wordCount(of: opcode, instruction.word)
    }
  }
}
