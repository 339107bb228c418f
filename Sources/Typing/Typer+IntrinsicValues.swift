import Diagnostics
import Syntax

// What the language does itself, as function values: `xs.map(sqrt)`, `xs.map(Float)`. Each becomes
// a small function for the operands that are due, which does nothing but that.

/// A function made of an intrinsic: its name and what it is given.
struct IntrinsicFunction: Hashable {
  let name: String
  let operands: [Type]
}

/// The types that are called to convert to them.
let conversionNames: Set<String> = ["Int", "Int32", "Float", "Duration", "String"]

extension Typer {
  /// The intrinsic called `name` as a value of the function type that is due; says so where it is
  /// none, or where it cannot be told which.
  mutating func intrinsicValue(_ name: Name, expecting: Type?) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: name.span)
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    switch wanted {
    case .function(let operands, _)? where operands.allSatisfy({ isClosed($0) && !isUnknown($0) }):
      if let value = function(name, of: operands) { return value }
      // That of all elements of an array has the same name as that of several values.
      if let candidates = arrayMethods(name.text) {
        return functionValue(candidates, name, expecting: expecting)
      }
      guard isMathematicsOrConversion(name.text) else { break }
      let list = operands.map { program.text($0) }.joined(separator: ", ")
      report(
        Diagnostic(
          .mismatch, "`\(name.text)` does not take `(\(list))`, which is given to it here",
          at: name.span))
      return unknown
    case .function?, .parameter?, .unknown?, nil:
      if let (_, shape) = numericIntrinsics[name.text], let operand = shape.onlyOperand,
        let value = function(name, of: [operand])
      {
        return value
      }
      guard isMathematicsOrConversion(name.text) else { break }
      if wanted == .unknown { return unknown }
      report(
        Diagnostic(
          .cannotInfer, "it cannot be told here which `\(name.text)` is meant", at: name.span,
          notes: [
            "It is a function of several types: call it, or write the type of the value, as in `let f: (Float) -> Float = …`."
          ]))
      return unknown
    default: break
    }
    if let fault = bareCase(binding: name) {
      report(fault)
      return unknown
    }
    let end = Span(name.span.source, Int(name.span.end), Int(name.span.end))
    report(
      Diagnostic(
        .mismatch, "`\(name.text)` is called with parentheses", at: name.span,
        fixes: takesNothing(name.text) ? [Fix("call it", [Edit(end, "()")])] : []))
    return unknown
  }

  private func isMathematicsOrConversion(_ name: String) -> Bool {
    numericIntrinsics[name] != nil || conversionNames.contains(name)
  }

  /// The function that does what `name` does to `operands`; nil if that takes no such ones.
  private mutating func function(_ name: Name, of operands: [Type]) -> TypedExpression? {
    let key = IntrinsicFunction(name: name.text, operands: operands)
    // Generic parameters of the body around stand for themselves.
    let generics = body.generics
    let map = Dictionary(
      generics.map { ($0.id, $0.asArgument) }, uniquingKeysWith: { first, _ in first })
    takesFunctions = true
    if let known = intrinsicFunctions[key] {
      return TypedExpression(
        .function(known, [:], captures: []), .function(operands, program[known].result),
        at: name.span)
    }
    let span = name.span
    let locals = operands.map { Local(name: "x", type: $0, isVariable: false, span: span) }
    let values = operands.indices.map {
      TypedExpression(.local(LocalID(index: Int32($0))), operands[$0], at: span)
    }
    guard let value = result(name.text, values, at: span) else { return nil }
    let id = FunctionID(index: Int32(program.functions.count))
    let statement: TypedStatement.Kind =
      value.type == .unit ? .expression(value) : .returnValue(value)
    program.functions.append(
      TypedFunction(
        id: id, name: name.text, kind: .portable, owner: .module, generics: generics,
        parameters: operands.indices.map {
          TypedParameter(
            local: LocalID(index: Int32($0)), name: "x", label: nil, type: operands[$0],
            isInout: false, defaultValue: nil, span: span)
        }, result: value.type, locals: locals,
        body: TypedBlock([TypedStatement(statement, at: span)], at: span), effects: [],
        nameSpan: span, span: span, documentation: nil))
    if generics.isEmpty { intrinsicFunctions[key] = id }
    return TypedExpression(
      .function(id, map, captures: []), .function(operands, value.type), at: span)
  }

  private mutating func result(_ name: String, _ operands: [TypedExpression], at span: Span)
    -> TypedExpression?
  {
    if let (intrinsic, shape) = numericIntrinsics[name] {
      guard shape.operandCount.map({ $0 == operands.count }) ?? (operands.count >= 2) else {
        return nil
      }
      return numeric(intrinsic, shape, operands, at: span)
    }
    guard operands.count == 1, let operand = operands.first else { return nil }
    if name == "print" {
      guard operand.type != .unit, !operand.type.holdsFunction, !operand.type.isDevice else {
        return nil
      }
      let text =
        operand.type == .string
        ? operand
        : TypedExpression(.interpolation([.value(printed(operand), .plain)]), .string, at: span)
      return TypedExpression(.intrinsic(.print, [text]), .unit, at: span)
    }
    return conversionNames.contains(name) ? conversion(of: operand, to: name, at: span) : nil
  }

  // MARK: Where one is due

  /// Whether `id` is the name of functions of which the type that is due decides which one is
  /// meant.
  func namesFunctions(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .parenthesized(let inner): return namesFunctions(inner)
    case .name(let name):
      guard body.lookUp(name.text) == nil, body.lookUpFunction(name.text) == nil else {
        return false
      }
      switch lookUp(name.text) {
      case .functions(let candidates)?: return isOpen(candidates)
      case nil: return intrinsicNames.contains(name.text) || arrayMethods(name.text) != nil
      default: return false
      }
    case .member(let base, let name):
      guard case .name(let first) = tree[base], body.lookUp(first.text) == nil,
        case .module(let index)? = lookUp(first.text)
      else { return false }
      switch exported(name.text, by: index) {
      case .functions(let candidates)?: return isOpen(candidates)
      case nil: return isMathematics(index) && mathematicalNames.contains(name.text)
      default: return false
      }
    default: return false
    }
  }

  private func isOpen(_ candidates: [FunctionID]) -> Bool {
    candidates.count > 1 || candidates.contains { !program[$0].generics.isEmpty }
  }

  /// What a call that leaves `wanted` open says about a function that it is given: what that takes.
  func functionHint(_ wanted: Type) -> Type? {
    guard case .function(let operands, let result) = wanted,
      operands.allSatisfy({ isClosed($0) && !isUnknown($0) })
    else { return nil }
    return .function(operands, isClosed(result) ? result : .unknown)
  }
}
