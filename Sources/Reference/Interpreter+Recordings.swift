import CoreDevice
import Diagnostics
import Machine
import Simulation
import Typing

// `record` and `play`: a recording is a pair of its length and its events, each four integers.

extension Interpreter {
  mutating func record(_ block: TypedBlock, at span: Span) throws(Stop) -> Value {
    guard isDevice, let device else { throw .unsupported("`record` on the host") }
    charge(operations: 1)
    let outerDepth = parallelDepth
    parallelDepth = 0
    defer { parallelDepth = outerDepth }
    if case .fault = device.core.timeline.beginRecording() {
      throw .unsupported("a recording in a recording")
    }
    do throws(Stop) {
      _ = try execute(block)
    } catch {
      _ = device.core.timeline.endRecording()
      throw error
    }
    let count = device.core.timeline.sortRecording()
    var events: [Value] = []
    for index in 0..<count {
      let event = device.core.timeline.recorded(index)
      events.append(
        .tuple([
          .integer(event.time), .integer(Int64(bitPattern: event.target)),
          .integer(event.address), .integer(Int64(bitPattern: event.value)),
        ]))
    }
    let duration = device.core.timeline.endRecording()
    // An event takes 32 bytes of the device's memory for arrays.
    try requireRoom(for: count * 4, of: .integer, at: span)
    return .tuple([.integer(duration), .array(events)])
  }

  mutating func play(_ values: [Value], at span: Span) throws(Stop) -> Value {
    guard isDevice, let device, case .tuple(let parts)? = values.first, parts.count == 2,
      case .integer(let duration) = parts[0], case .array(let elements) = parts[1]
    else { throw .unsupported("`play` of this") }
    charge(events: 1)
    let events = elements.map { element -> RecordedEvent in
      let words = (element.parts ?? []).map { part -> Int64 in
        if case .integer(let word) = part { word } else { 0 }
      }
      guard words.count == 4 else {
        return RecordedEvent(time: 0, target: 0, address: 0, value: 0)
      }
      return RecordedEvent(
        time: words[0], target: UInt64(bitPattern: words[1]), address: words[2],
        value: UInt64(bitPattern: words[3]))
    }
    try untilDone(span, device) {
      device.core.timeline.play(events.count, position: 0) { events[$0] }
    }
    if parallelDepth == 0 { try untilDone(span, device) { device.core.timeline.flushPlays() } }
    let cursor = device.core.timeline.cursor()
    let moved = try number(span) { () throws(Numbers.Failure) in
      try Numbers.integer(.add, cursor, duration)
    }
    device.core.timeline.moveCursor(to: moved)
    return .unit
  }

  /// Runs the branches of a `parallel`; what they play is queued along with their events, and the
  /// rest of it at the end.
  mutating func merging(
    _ plays: Bool, at span: Span, _ body: (inout Interpreter) throws(Stop) -> Void
  )
    throws(Stop)
  {
    guard let device else { return }
    let isOutermost = parallelDepth == 0 && plays
    parallelDepth += 1
    defer { parallelDepth -= 1 }
    do throws(Stop) {
      try body(&self)
      if isOutermost { try untilDone(span, device) { device.core.timeline.flushPlays() } }
    } catch {
      if isOutermost { device.core.timeline.dropPlays() }
      throw error
    }
  }

  /// Whether `statement` is the branch `play(r)` of a recording that no branch changes.
  func isPlayedFirst(_ statement: TypedStatement, beside block: TypedBlock) -> Bool {
    guard case .expression(let expression) = statement.kind,
      case .intrinsic(.play, let operands) = expression.kind, let operand = operands.first
    else { return false }
    switch operand.kind {
    case .local(let id):
      let locals = typed[frame.function].locals
      return Int(id.index) < locals.count && !locals[Int(id.index)].isVariable || !mayWrite(block)
    case .member: return !mayWrite(block)
    default: return false
    }
  }

  /// Whether something in `block` may change a variable.
  private func mayWrite(_ block: TypedBlock) -> Bool {
    var found = false
    func visit(_ node: TypedNode) {
      switch node {
      case .place: found = true
      case .expression(let expression):
        switch expression.kind {
        case .callValue, .await, .record, .simulate: found = true
        case .conditional(_, let then, _, let otherwise, _):
          if !then.statements.isEmpty || !otherwise.statements.isEmpty { found = true }
        case .call(let callee, _, _):
          if !typed[callee].effects.isDisjoint(with: [.host, .resident]) { found = true }
        case .deviceCall(let device, let name, let signature, _):
          let kernels = deviceKernels(name, of: device, like: signature)
          if kernels.contains(where: { typed[$0].effects.contains(.resident) }) { found = true }
        default: break
        }
        expression.forEachChild(visit)
      case .statement(let statement):
        switch statement.kind {
        case .send, .preload, .declareMember: found = true
        default: break
        }
        statement.forEachChild(visit)
      }
    }
    for statement in block.statements { visit(.statement(statement)) }
    return found
  }

  /// Whether something is played in `block` itself, not in what it calls.
  func plays(_ block: TypedBlock) -> Bool {
    var found = false
    func visit(_ node: TypedNode) {
      switch node {
      case .expression(let expression):
        switch expression.kind {
        case .intrinsic(.play, _): found = true
        case .record: break
        default: expression.forEachChild(visit)
        }
      case .statement(let statement): statement.forEachChild(visit)
      case .place: break
      }
    }
    for statement in block.statements { visit(.statement(statement)) }
    return found
  }
}
