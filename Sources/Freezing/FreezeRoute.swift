import Diagnostics
import Typing

/// A place at which the way from a write to the call that it makes stale does not lead straight on.
enum Turn: Hashable {
  /// The loop whose head is at the place begins another round.
  case nextRound(Span)
  /// An error leads to the `catch` or `finally` whose block is at the place.
  case error(Span)
  /// A `return`, `break` or `continue` leads to the `finally` whose block is at the place.
  case leaving(Span)
  /// The function that calls the kernel, or that calls it in turn, is called at the place.
  case call(FunctionID, Span)
}

extension FreezeReporter {
  /// What is to be shown of the way from `write` to `call`: where it turns.
  func turns(from write: Site, to call: Site, of kernel: FunctionID) -> [Turn] {
    guard let functions = functions(from: write.function, to: call.function) else { return [] }
    var turns: [Turn] = []
    var start: Span? = write.span
    for (function, next) in zip(functions, functions.dropFirst()) {
      let calls = index.calls(of: next, in: function)
      let way = WayThrough(
        in: program[function].body, from: start, to: Set(calls), compiling: kernel)
      guard let (found, place) = way.found else { return turns }
      turns += found + [.call(next, place)]
      start = nil
    }
    let last = WayThrough(
      in: program[call.function].body, from: start, to: [call.span], compiling: kernel)
    if let found = last.found { return turns + found.turns }
    // It comes back to itself.
    guard functions.count == 1,
      let round = self.functions(from: call.function, to: call.function, leaving: true),
      round.count > 1
    else { return turns }
    let calls = index.calls(of: round[1], in: call.function)
    let way = WayThrough(
      in: program[call.function].body, from: start, to: Set(calls), compiling: kernel)
    return turns + (way.found.map { $0.turns + [.call(round[1], $0.goal)] } ?? [])
  }

  /// The shortest chain of calls on the host that leads from one function to another, both
  /// included; `leaving` it, where they are the same.
  private func functions(
    from first: FunctionID, to last: FunctionID, leaving: Bool = false
  ) -> [FunctionID]? {
    var next: [FunctionID: FunctionID] = [:]
    var known: Set<FunctionID> = leaving ? [] : [last]
    var pending = [last]
    var position = 0
    while position < pending.count, !known.contains(first) {
      for caller in index.callers(of: pending[position]) where known.insert(caller).inserted {
        next[caller] = pending[position]
        pending.append(caller)
      }
      position += 1
    }
    guard known.contains(first) else { return nil }
    var result = [first]
    while result.count == 1 || result.last != last,
      let following = result.last.flatMap({ next[$0] })
    {
      result.append(following)
    }
    return result
  }

  func label(of turn: Turn, on kernel: FunctionID) -> Label {
    switch turn {
    case .nextRound(let head):
      Label("the next round of this loop comes to the call", at: head)
    case .error(let block):
      Label(
        "an error after the change leads here",
        at: Span(block.source, Int(block.start), Int(block.start) + 1))
    case .leaving(let block):
      Label(
        "the way out of the `try` leads here",
        at: Span(block.source, Int(block.start), Int(block.start) + 1))
    case .call(let function, let place):
      Label("`\(name(of: function))` leads to the call of `\(name(of: kernel))`", at: place)
    }
  }

  /// `span` without the white space at its end.
  private func withoutBlanks(_ span: Span) -> Span {
    let bytes = program.sources[span.source].bytes
    var end = Int(span.end)
    while end > Int(span.start) + 1, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    return Span(span.source, Int(span.start), end)
  }
}
