import Diagnostics
import Syntax

// What a kernel has the host do: `await` and `send`.

extension Typer {
  /// The call of a host function after `await` or `send`.
  ///
  /// `span` begins with the word.
  mutating func hostCall(_ id: ExpressionID, word: String, at span: Span) -> TypedExpression {
    let value = expression(id)
    if !body.isDevice {
      if !isUnknown(value.type) { report(onHost(value, word: word, at: span)) }
      return value
    }
    switch value.kind {
    case .invalid: break
    case .call(let callee, _, _)
    where program[callee].kind == .kernel || program[callee].kind == .seamlessKernel:
      report(
        Diagnostic(
          .mismatch, "`\(program[callee].name)` is a kernel: it runs here, on the device",
          at: value.span,
          notes: ["`\(word)` is for functions of the host. Call a kernel without it."]))
    case .call, .callValue, .append: break
    case .intrinsic(let intrinsic, _) where intrinsic.isHostOnly: break
    case _ where value.isReadOfHost: break
    default:
      report(
        Diagnostic(
          .mismatch, "the call of a host function is due after `\(word)`", at: value.span))
    }
    return value
  }

  /// The first argument of `call` that the host's function changes and that lives on the device;
  /// nil if there is none.
  func placeOfKernel(in call: TypedExpression) -> Place? {
    guard case .call(_, _, let arguments) = call.kind else { return nil }
    for case .place(let place) in arguments {
      switch place.root {
      case .local: return place
      case .member(let id): if program[id].kind == .resident { return place }
      }
    }
    return nil
  }

  /// `await` and `send` have no meaning in code of the host.
  private func onHost(_ value: TypedExpression, word: String, at span: Span) -> Diagnostic {
    var what = "what stands here is just read"
    switch value.kind {
    case .call(let callee, _, _):
      let function = program[callee]
      what =
        function.kind == .kernel || function.kind == .seamlessKernel
        ? "the host calls the kernel `\(function.name)` like a function, and waits for its result"
        : "the host just calls `\(function.name)`"
    case .callValue, .append, .intrinsic, .deviceCall: what = "the host just calls it"
    default: break
    }
    return Diagnostic(
      .deviceOutOfPlace, "`\(word)` stands in kernels only: \(what)", at: span,
      fixes: [
        Fix("leave it out", [Edit(Span(span.source, Int(span.start), Int(value.span.start)), "")])
      ])
  }
}

extension TypedExpression {
  /// Whether it reads a member of the host, or how many elements one has.
  fileprivate var isReadOfHost: Bool {
    switch kind {
    case .intrinsic(.count, let operands), .intrinsic(.last, let operands):
      operands.allSatisfy(\.isPartOfMember)
    case .slice(let base, _, _): base.isPartOfMember
    default: isPartOfMember
    }
  }
}
