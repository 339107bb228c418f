import Diagnostics
import Syntax

// Expressions: what each is, and of what type. `expecting` is a wish, for literals and names whose
// meaning depends on it.

extension Typer {
  /// Types `id` as a value of `type`; says so where it is none.
  mutating func value(_ id: ExpressionID, as type: Type) -> TypedExpression {
    let known = diagnostics.count
    let value = expression(id, expecting: type)
    // What had an error has no further ones (rule 10).
    if diagnostics.count > known, value.type != type, !isUnknown(type), !isUnknown(value.type) {
      let agrees = coerce(value, to: type)
      if isUnknown(agrees.type), diagnostics.count > known + 1 { diagnostics.removeLast() }
      return agrees
    }
    return coerce(value, to: type)
  }

  /// `value` as a `type`: a `T` serves as a `T?`, a `[T; n]` as a `[T]`; all else must agree.
  mutating func coerce(_ value: TypedExpression, to type: Type) -> TypedExpression {
    if value.type == type { return value }
    if isUnknown(type) || isUnknown(value.type) {
      return TypedExpression(value.kind, type, at: value.span)
    }
    if case .optional(let inner) = type {
      if value.type == .optional(.never) { return TypedExpression(.none, type, at: value.span) }
      if value.type == inner { return TypedExpression(.some(value), type, at: value.span) }
      if let array = widened(value, to: inner) {
        return TypedExpression(.some(array), type, at: value.span)
      }
      // A value for a `T??` is one for a `T?` first.
      if case .optional(let innermost) = inner, value.type == innermost {
        let content = TypedExpression(.some(value), inner, at: value.span)
        return TypedExpression(.some(content), type, at: value.span)
      }
    }
    if value.type == .array(.never), case .array = type {
      return TypedExpression(.array([]), type, at: value.span)
    }
    if conforms(value, to: type) { return TypedExpression(value.kind, type, at: value.span) }
    if let array = widened(value, to: type) { return array }
    report(mismatch(value, wanted: type))
    return TypedExpression(.invalid, .unknown, at: value.span)
  }

  /// Whether an error was reported about the type or a part of it.
  func isUnknown(_ type: Type) -> Bool {
    switch type {
    case .unknown: true
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _): isUnknown(inner)
    case .tuple(let parts): parts.contains { isUnknown($0) }
    case .function(let parameters, let result):
      isUnknown(result) || parameters.contains { isUnknown($0) }
    default: false
    }
  }

  /// Types `id`.
  mutating func expression(_ id: ExpressionID, expecting: Type? = nil) -> TypedExpression {
    // No expression is typed twice: nested calls would take time without end.
    if !settledArguments.isEmpty, let known = settledArguments.removeValue(forKey: id) {
      return known
    }
    let span = tree.span(of: id)
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch tree[id] {
    case .invalid: return unknown
    case .number(let numeral): return number(numeral, expecting: expecting, at: span)
    case .quantity(let numeral, let unit):
      return quantity(numeral, unit, expecting: expecting, at: span)
    case .boolean(let value): return TypedExpression(.boolean(value), .boolean, at: span)
    case .none:
      if case .optional? = expecting, let expecting {
        return TypedExpression(.none, expecting, at: span)
      }
      return TypedExpression(.none, .optional(.never), at: span)
    case .string(let segments): return string(segments, at: span)
    case .name(let name): return nameExpression(name, expecting: expecting)
    case .implicitMember(let name): return implicitMember(name, [], expecting: expecting, at: span)
    case .member(let base, let name): return member(base, name, expecting: expecting, at: span)
    case .tupleElement(let base, let index): return tupleElement(base, index, at: span)
    case .call(let callee, let arguments):
      return call(callee, arguments, expecting: expecting, at: span)
    case .index(let base, let indices): return index(base, indices, at: span)
    case .prefix(let operation, let operand):
      return prefix(operation, operand, expecting: expecting, at: span)
    case .infix(let operation, let left, let right, let operatorSpan):
      return infix(operation, left, right, expecting: expecting, operatorSpan, at: span)
    case .range:
      report(
        Diagnostic(
          .mismatch, "a range stands in a `for`, in a slice or after an argument's `in`", at: span))
      return unknown
    case .tuple(let parts): return tuple(parts, expecting: expecting, at: span)
    case .array(let elements): return array(elements, expecting: expecting, at: span)
    case .repeated(let element, let count):
      return repeated(element, count: count, expecting: expecting, at: span)
    case .comprehension(let element, let clauses):
      return comprehension(element, clauses, expecting: expecting, at: span)
    case .conditional(let conditions, let then, let otherwise):
      return conditional(conditions, then, otherwise, expecting: expecting, at: span)
    case .match(let value, let cases):
      return matchExpression(value, cases, expecting: expecting, at: span)
    case .closure(let signature, let block): return closure(signature, block, at: span)
    case .await(let inner):
      let call = hostCall(inner, word: "await", at: span)
      return TypedExpression(.await(call), call.type, at: span)
    case .record(let block):
      body.enclosing.append(.record)
      let typed = typeInnerBlock(block)
      body.enclosing.removeLast()
      return TypedExpression(.record(typed), .recording, at: span)
    case .type(let type):
      report(
        Diagnostic(
          .mismatch, "a type is no value; to convert, write `\(program.text(resolve(type)))(…)`",
          at: span))
      return unknown
    case .parenthesized(let inner):
      let value = expression(inner, expecting: expecting)
      return TypedExpression(value.kind, value.type, at: span)
    }
  }

  // MARK: Names

  private mutating func nameExpression(_ name: Name, expecting: Type?) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: name.span)
    if let field = ownField(name) { return field }
    if !body.generics.isEmpty, body.lookUp(name.text) == nil,
      let generic = body.generics.first(where: { $0.name == name.text && $0.kind == .length })
    {
      return TypedExpression(.intrinsic(.length(generic.id), []), .integer, at: name.span)
    }
    if let local = body.lookUpFunction(name.text) {
      return localFunctionValue(local, name, expecting: expecting)
    }
    switch lookUp(name.text) {
    case .local(let local)?:
      body.use(local)
      if let device = body.deviceAliases[local] {
        return TypedExpression(device.kind, device.type, at: name.span)
      }
      return TypedExpression(.local(local), body.locals[Int(local.index)].type, at: name.span)
    case .member(let id)?: return memberValue(id, at: name.span)
    case .functions(let candidates)?: return functionValue(candidates, name, expecting: expecting)
    case .module(let index)?:
      usedImports.insert(name.text)
      report(
        Diagnostic(
          .mismatch,
          "`\(name.text)` is a module, not a value; write `\(modules.modules[index].name).name`",
          at: name.span))
      return unknown
    case .use?:
      report(
        Diagnostic(
          .mismatch, "`\(name.text)` is a part, not a value; write `\(name.text).name`",
          at: name.span))
      return unknown
    case .part(let id)?:
      report(partAsValue(name, id))
      return unknown
    case .structure?, .enumeration?, .error?, .interface?, .driver?, .experiment?, .builtinError?,
      .generic?:
      report(Diagnostic(.mismatch, "`\(name.text)` is a type, not a value", at: name.span))
      return unknown
    case nil:
      if intrinsicNames.contains(name.text) { return intrinsicValue(name, expecting: expecting) }
      if let candidates = arrayMethods(name.text) {
        return functionValue(candidates, name, expecting: expecting)
      }
      if builtinTypes[name.text] != nil {
        report(Diagnostic(.mismatch, "`\(name.text)` is a type, not a value", at: name.span))
        return unknown
      }
      if let fault = caseWithoutPoint(name, expecting) {
        report(fault)
      } else {
        reportUnknown(name)
      }
      return unknown
    }
  }

  /// What is to be said of `name` where an enum is due that has a case of that name.
  private func caseWithoutPoint(_ name: Name, _ expecting: Type?) -> Diagnostic? {
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    guard case .enumeration(let id, _)? = wanted,
      program[id].cases.contains(where: { $0.name == name.text })
    else { return nil }
    let start = Span(name.span.source, Int(name.span.start), Int(name.span.start))
    return Diagnostic(
      .unknownName, "there is nothing called `\(name.text)` here", at: name.span,
      notes: ["A case of an enum is written with a point: `.\(name.text)`."],
      fixes: [Fix("write `.\(name.text)`", [Edit(start, ".")])])
  }

  /// In a method: the field of the value itself that is called `name`.
  func ownField(_ name: Name) -> TypedExpression? {
    guard let structure = body.structure, body.lookUp(name.text) == nil,
      let index = program[structure].fields.firstIndex(where: { $0.name == name.text })
    else { return nil }
    let own = TypedExpression(.local(LocalID(index: 0)), body.locals[0].type, at: name.span)
    return TypedExpression(.field(own, index), program[structure].fields[index].type, at: name.span)
  }

  /// The value of a member.
  mutating func memberValue(_ id: MemberID, at span: Span) -> TypedExpression {
    let member = program[id]
    if member.keyFunction != nil {
      report(familyAsValue(member, at: span))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    if case .device = member.kind { return TypedExpression(.device(id), member.type, at: span) }
    return TypedExpression(.member(id), member.type, at: span)
  }

  private mutating func tupleElement(_ base: ExpressionID, _ index: Int, at span: Span)
    -> TypedExpression
  {
    let value = expression(base)
    guard case .tuple(let parts) = value.type, parts.indices.contains(index) else {
      if value.type != .unknown {
        report(
          Diagnostic(
            .noSuchMember, "\(program.described(value.type)) has no element \(index)", at: span))
      }
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return TypedExpression(.tupleElement(value, index), parts[index], at: span)
  }

  // MARK: Strings

  /// `value` as it is printed: one of several errors as its text.
  func printed(_ value: TypedExpression) -> TypedExpression {
    guard case .anyError = value.type else { return value }
    return TypedExpression(.field(value, 1), .string, at: value.span)
  }

  private mutating func string(_ segments: [StringSegment], at span: Span) -> TypedExpression {
    if let text = plainText(segments) { return TypedExpression(.text(text), .string, at: span) }
    var typed: [TypedSegment] = []
    for segment in segments {
      switch segment {
      case .text(let text): typed.append(.text(text))
      case .value(let expression, let format):
        let value = printed(settled(self.expression(expression)))
        if value.type == .unit || value.type.holdsFunction {
          report(Diagnostic(.mismatch, "this has no value that could be printed", at: value.span))
        }
        typed.append(.value(value, format.map { self.format($0, of: value) } ?? .plain))
      }
    }
    return TypedExpression(.interpolation(typed), .string, at: span)
  }
}
