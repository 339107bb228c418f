import Diagnostics
import Typing

/// What code of the host may do, through all that it calls, on the host and on the device.
struct HostReach {
  private(set) var read: Set<MemberID> = []
  private(set) var written: Set<MemberID> = []
  private(set) var startsKernels = false
  private(set) var pauses = false
  private(set) var compiles = false
  private(set) var readsShared = false
  private(set) var writesShared = false
  /// Whether it prints: what is seen outside of the program.
  private(set) var prints = false
  /// Whether it may raise an error, by an operation or a `throw`.
  private(set) var mayRaise = false

  private let program: TypedProgram
  private var seen: Set<FunctionID> = []
  private var pending: [FunctionID] = []

  /// What any of `functions` may do when it is called.
  init(from functions: [FunctionID], in program: TypedProgram) {
    self.program = program
    pending = functions
    for function in functions where FreezeAnalysis.isKernel(program[function]) {
      startsKernels = true
    }
    follow()
  }

  /// What evaluating `expression` may do; function values in it count as called.
  init(evaluating expression: TypedExpression, in program: TypedProgram) {
    self.program = program
    expression.visit { look($0) }
    follow()
  }

  private mutating func follow() {
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      program[next].body.visit { look($0) }
    }
  }

  private mutating func look(_ node: TreeNode) {
    switch node {
    case .place(let place):
      guard case .member(let id) = place.root else { return }
      written.insert(id)
      if case .shared = program[id].kind { writesShared = true }
    case .statement(let statement):
      switch statement.kind {
      case .preload: compiles = true
      case .throwError, .expect: mayRaise = true
      case .compoundAssign(_, let operation, _): if operation.mayRaise { mayRaise = true }
      default: break
      }
    case .expression(let expression):
      if expression.mayRaise { mayRaise = true }
      switch expression.kind {
      case .member(let id):
        read.insert(id)
        if case .shared = program[id].kind { readsShared = true }
        // What a constant is, or a shared value that has none yet, is computed here.
        if let value = program[id].initializer { pending.append(value) }
      case .sharedElement(let id, _):
        read.insert(id)
        readsShared = true
        if let value = program[id].initializer { pending.append(value) }
      case .call(let callee, _, _), .function(let callee, _, _): call([callee])
      case .callValue(let callee, _): call(program.functionValues.targets(of: callee.type))
      case .deviceCall: startsKernels = true
      case .intrinsic(.pause, _): pauses = true
      case .intrinsic(.print, _): prints = true
      case .intrinsic(.leastSquares, let operands):
        if let model = operands.first { call(program.functionValues.targets(of: model.type)) }
      default: break
      }
    }
  }

  private mutating func call(_ callees: [FunctionID]) {
    for callee in callees {
      if FreezeAnalysis.isKernel(program[callee]) { startsKernels = true }
      pending.append(callee)
    }
  }
}
