import Bytecode
import Machine

/// Functions around one operation that has a template.
enum TemplateCode {
  /// How the operation's slots lie.
  enum Form: CaseIterable {
    /// In the frame.
    case plain
    /// In registers: the operation is done again and again.
    case repeated
    /// The result goes where the first operand is, or the second one.
    case overFirst, overSecond

    /// Whether it is another form of `operation` than `plain`.
    func fits(_ operation: Opcode) -> Bool {
      switch self {
      case .plain, .repeated: true
      case .overFirst: TemplateCode.result(operation, .overFirst) != TemplateCode.result(operation)
      case .overSecond:
        TemplateCode.result(operation, .overSecond) != TemplateCode.result(operation)
          && operation.shape.c == operation.shape.b
      }
    }
  }

  /// How many operations the interpreter has to do for what stands around `operation`.
  static func operationCount(_ operation: Opcode, _ form: Form) -> Int {
    operation == .loadFunction ? form == .repeated ? 4 : 1 : 0
  }

  private static let parameters: [SlotType] = [
    .integer, .integer, .integer, .float, .float, .boolean, .boolean,
  ]
  private static let locals: [SlotType] = [
    .integer, .integer, .float, .boolean, .borrowed(1), .borrowed(2), .owned(1),
    SlotType(.function, layout: 0), .integer, .float, .borrowed(5), .owned(5), .integer, .integer,
    .owned(6),
  ]
  private static let (number, limit, float, boolean): (UInt16, UInt16, UInt16, UInt16) = (
    7, 8, 9, 10
  )
  private static let (integers, floats, own): (UInt16, UInt16, UInt16) = (11, 13, 15)
  private static let function: UInt16 = 17
  private static let (first, second): (UInt16, UInt16) = (18, 19)
  private static let (pairs, ownPairs): (UInt16, UInt16) = (20, 22)
  private static let (zero, read): (UInt16, UInt16) = (24, 25)
  private static let booleans: UInt16 = 26

  /// The slot that field a writes to.
  private static func result(_ operation: Opcode, _ form: Form = .plain) -> UInt16 {
    let isSecond = form == .overSecond
    let isOver = isSecond || form == .overFirst
    return switch operation.shape.a {
    case .writeInteger:
      isOver && operation.shape.b == .readInteger ? (isSecond ? 1 : 0) : number
    case .writeFloat: isOver && operation.shape.b == .readFloat ? (isSecond ? 4 : 3) : float
    case .writeBoolean: isOver && operation.shape.b == .readBoolean ? (isSecond ? 6 : 5) : boolean
    default: number
    }
  }

  /// The slot or number of a field; `isSecond` if there is one of the kind before it.
  private static func field(_ operand: Operand, _ operation: Opcode, isSecond: Bool) -> UInt16 {
    switch operand {
    case .readInteger: isSecond ? 1 : 0
    case .readFloat: isSecond ? 4 : 3
    case .readBoolean: isSecond ? 6 : 5
    case .readScalar: 0
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar, .writeBound: result(operation)
    case .readArray: integers
    case .writeBorrowed: integers
    case .changeOwned: own
    case .changeCounter: number
    case .writeFunction: function
    case .immediate: 1
    case .signedImmediate: 7
    case .none, .wideInteger, .jump, .constant, .data, .bound, .function, .global, .branch,
      .writeOwned, .argumentCount, .resultCount, .callee, .hostCall, .error, .channel,
      .readFunction:
      0
    }
  }

  private static func emit(
    _ operation: Opcode, _ form: Form, _ round: Int, in code: inout Assembler
  ) {
    let shape = operation.shape
    let a =
      form == .overFirst || form == .overSecond
      ? result(operation, form) : field(shape.a, operation, isSecond: false)
    let b = field(shape.b, operation, isSecond: shape.b == shape.a)
    let c = field(shape.c, operation, isSecond: shape.c == shape.b || shape.c == shape.a)
    switch operation {
    case .jump, .jumpIfTrue, .jumpIfFalse:
      code.jump(operation, shape.a == .none ? 0 : 5, to: "\(round)")
    case .advance:
      code.emit(.move, number, 0)
      code.emit(.move, limit, 1)
      code.advance(number, to: "\(round)", ticks: 5)
    case .call: code.call(1, [0, 3], results: [number, float])
    case .loadFunction:
      code.emit(operation, function, wide: 1)
      code.call(.callValue, function, [0, 3], results: [number, float])
    case .returnSlots: code.giveBack(results)
    case .booleanStore:
      code.emit(operation, booleans, 1, 5)
      code.emit(.booleanLoad, boolean, booleans, 0)
    case .booleanLoad:
      code.emit(.booleanStore, booleans, 1, 6)
      code.emit(operation, boolean, booleans, 1)
    case .elementLoad: code.emit(operation, first, pairs, 1, lanes: [2, 0, 2, 0])
    case .elementStore: code.emit(operation, ownPairs, 1, first, lanes: [2, 0, 2, 0])
    default:
      if operation == .arrayBorrow {
        code.emit(operation, integers, own)
      } else if operation == .borrowGlobal {
        code.emit(operation, integers, wide: 1)
      } else if shape.c == .branch {
        code.branch(operation, a, b, to: "\(round)")
      } else if shape.b == .wideInteger {
        code.emit(operation, a, wide: 70_000 + round)
      } else if [.constant, .data, .bound, .function, .global].contains(shape.b) {
        code.emit(operation, a, wide: 0)
      } else {
        code.emit(operation, a, b, c)
      }
    }
    // What a jump passes over.
    code.emit(.charge, wide: 1 << round)
    code.label("\(round)")
  }

  private static var results: [UInt16] {
    [0, 1, 2, 3, 4, 5, 6, number, limit, float, boolean, first, second, read]
  }

  /// Function 0 does `operation` once or, repeated, four times, and gives back all its scalars.
  static func image(_ operation: Opcode?, _ form: Form) -> ImageContents {
    let types =
      parameters
      + locals.flatMap { $0.kind == .owned || $0.kind == .borrowed ? [$0, .length] : [$0] }
    var code = Assembler(
      "one", parameters: parameters, results: results.map { types[Int($0)] })
    for type in locals { _ = code.slot(type) }
    for slot in [number, limit, first, zero, read] { code.emit(.loadInteger, slot, wide: 0) }
    for slot in [float, second] { code.emit(.loadFloat, slot, wide: 0) }
    code.emit(.loadBoolean, boolean, 0)
    code.emit(.arrayData, integers, wide: 0)
    code.emit(.arrayData, floats, wide: 1)
    code.emit(.arrayData, pairs, wide: 2)
    code.emit(.loadInteger, read, wide: 4)
    code.emit(.arrayAllocate, own, read)
    code.emit(.arrayAllocate, ownPairs, read)
    code.emit(.arrayAllocate, booleans, read)
    if let operation {
      for round in 0..<(form == .repeated ? 4 : 1) { emit(operation, form, round, in: &code) }
    }
    code.emit(.arrayLoad, read, own, zero)
    code.emit(.elementLoad, first, ownPairs, zero, lanes: [2, 0, 2, 0])
    code.giveBack(results)
    var callee = Assembler(
      "callee", parameters: [.integer, .float], results: [.integer, .float])
    callee.emit(.addFloat, 1, 1, 1)
    callee.giveBack(0, 1)
    var contents = MachineTests.image([code, callee])
    contents.layouts.append(Layout(words: [.integer, .float]))
    contents.layouts.append(Layout(words: [.boolean]))
    contents.constants = [word(3.25)]
    contents.data = [
      DataContents(layout: 1, elements: .words([5, word(Int64(-6)), 7, 8, word(Int64.max)])),
      DataContents(layout: 2, elements: .words([word(0.5)])),
      DataContents(layout: 5, elements: .words([1, word(1.5), 2, word(2.5), 3, word(3.5)])),
    ]
    contents.globals = [.integer, .owned(1), .length]
    contents.signatures = [
      Signature(parameters: [.integer, .float], results: [.integer, .float])
    ]
    contents.captures = [
      CaptureContents(
        path: "a", type: "Int", file: 0, line: 1, digest: [],
        binding: .bound(first: 0, slots: [.integer]))
    ]
    return contents
  }

  private static let numbers: [Int64] = [0, 1, -1, 2, 7, -8, 63, 64, .min, .max, 1 << 40]
  private static let reals: [Double] = [
    0, -0.0, 1.5, -2.5, .infinity, -.infinity, .nan, 1e300, 9.3e18, -9_223_372_036_854_775_808, 7,
  ]

  /// Arguments with which functions are called: each kind of number with each.
  static let arguments: [[UInt64]] = numbers.indices.flatMap { one in
    numbers.indices.map { other in
      [
        word(numbers[one]), word(numbers[other]), 9, word(reals[one]), word(reals[other]),
        UInt64(one & 1), UInt64(other & 1),
      ]
    }
  }
}
