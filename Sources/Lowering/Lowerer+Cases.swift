import Bytecode
import Diagnostics
import Typing
import Values

// Cases of enums and optionals: which one a value is, and what it carries.

extension Constant {
  /// Whether an enum's value is its case `tag`; of an optional, 1 is that it has a value.
  func isCase(_ tag: Int) -> Bool? {
    switch self {
    case .enumeration(let own, _): own == tag
    case .optional(let content): (content != nil) == (tag == 1)
    case .unit, .integer, .float, .boolean, .text, .array, .tuple, .structure: nil
    }
  }

  /// Part `field` of what case `tag` carries; nil if it is no such case.
  func payload(_ tag: Int, _ field: Int) -> Constant? {
    switch self {
    case .enumeration(tag, let parts) where field < parts.count: parts[field]
    case .optional(let content) where tag == 1 && field == 0: content
    case .unit, .integer, .float, .boolean, .text, .array, .tuple, .structure, .enumeration,
      .optional:
      nil
    }
  }
}

extension Lowerer {
  mutating func isCase(
    _ base: TypedExpression, _ tag: Int, _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let operand = evaluate(base)
    if let constant = operand.constant, let holds = constant.isCase(tag) {
      return .constant(.boolean(holds))
    }
    let (run, source) = settled(operand, type(of: base), at: base.span)
    guard let first = run.words.first else { return .constant(.boolean(false)) }
    if first.kind == .boolean { return part(of: source, 0, 1) }
    let number = code.allocate([.integer])
    loadInteger(Int64(tag), into: number.first)
    let target = fresh([.boolean], hint)
    code.emit(.equalInteger, target.first, run.first, number.first)
    code.free(number)
    discard(source)
    return .temporary(target)
  }

  mutating func payload(
    _ base: TypedExpression, _ tag: Int, _ field: Int, _ expression: TypedExpression
  ) -> Operand {
    let whole = type(of: base)
    let operand = evaluate(base)
    if let constant = operand.constant, let part = constant.payload(tag, field) {
      return .constant(part)
    }
    var offset = 1
    if case .enumeration(let id, let arguments) = whole {
      for (index, types) in program.payloadTypes(of: id, arguments).prefix(tag + 1).enumerated() {
        for part in index == tag ? types.prefix(field) : types[...] {
          offset += words(of: part, at: base.span).count
        }
      }
    }
    let count = words(of: type(of: expression), at: expression.span).count
    let (run, source) = settled(operand, whole, at: base.span)
    guard offset + count <= run.words.count else { return source }
    return part(of: source, offset, count)
  }

  /// Lets `local`, no variable, be `value`, a part of a value that stays as it is for as long as
  /// the innermost scope.
  mutating func bindPart(_ local: LocalID, _ value: TypedExpression) {
    let operand = evaluateStatic(value)
    switch operand {
    case .constant(let constant) where isKeptUnloaded(constant): bind(local, .constant(constant))
    case .place(let run, isMutable: false): bind(local, .run(run))
    case .constant, .place, .temporary, .part:
      let valueType = type(of: value)
      let run = declare(words(of: valueType, at: value.span))
      store(operand, valueType, into: run, at: value.span)
      bind(local, .run(run))
    }
  }
}
