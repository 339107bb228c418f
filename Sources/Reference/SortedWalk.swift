import CoreDevice
import Diagnostics
import Machine
import Simulation
import Typing

/// The execution of a `parallel` block that can be sorted: branches run in source order, their
/// events wait until the end.
struct SortedWalk {
  struct Event {
    enum Action {
      case output(address: Int64, value: UInt64)
      /// The first of two, and the second.
      case begin(address: Int64, value: UInt64, then: UInt64, after: Int64)
      case end(address: Int64, value: UInt64)
      case gate(edges: UInt16, duration: Int64)
    }
    let offset: Int64
    let channel: UInt16
    let action: Action
    /// Which statement of the language it belongs to; the first event of each is charged.
    let statement: Int
    /// Where it stands in the source, and where the functions around were called.
    let spans: [Span]

    var span: Span { spans[0] }
  }
  /// Ticks from the beginning of the block to where the branch is.
  var offset: Int64 = 0
  var events: [Event] = []
  var statementCount = 0
}

extension Interpreter {
  /// Runs a `parallel` block: sorted by time where its durations are static, else in source order.
  mutating func parallel(_ block: TypedBlock, _ statement: TypedStatement) throws(Stop)
    -> Completion
  {
    guard isDevice, let device else { throw .unsupported("`parallel` on the host") }
    if walk != nil { return try walkBranches(block) }
    if isSortable(block.statements) {
      walk = SortedWalk()
      defer { walk = nil }
      _ = try walkBranches(block)
      try emitEvents(at: statement.span)
      return .normal
    }
    let base = device.core.timeline.cursor()
    var end = base
    func branch(_ statement: TypedStatement, _ interpreter: inout Interpreter) throws(Stop) {
      device.core.timeline.moveCursor(to: base)
      _ = try interpreter.execute(statement)
      end = max(end, device.core.timeline.cursor())
    }
    try merging(plays(block), at: statement.span) { interpreter throws(Stop) in
      let played = block.statements.filter { interpreter.isPlayedFirst($0, beside: block) }
      let others = block.statements.filter { !interpreter.isPlayedFirst($0, beside: block) }
      for statement in played { try branch(statement, &interpreter) }
      if !played.isEmpty, !others.isEmpty, interpreter.isSortable(others) {
        device.core.timeline.moveCursor(to: base)
        interpreter.walk = SortedWalk()
        defer { interpreter.walk = nil }
        _ = try interpreter.walkBranches(TypedBlock(others, at: block.span))
        try interpreter.emitEvents(at: statement.span)
        end = max(end, device.core.timeline.cursor())
      } else {
        for statement in others { try branch(statement, &interpreter) }
      }
    }
    device.core.timeline.moveCursor(to: end)
    return .normal
  }

  /// `parallel for`: each round is a branch.
  mutating func parallel(_ loop: TypedLoop, _ block: TypedBlock, _ statement: TypedStatement)
    throws(Stop) -> Completion
  {
    guard isDevice, let device else { throw .unsupported("`parallel for` on the host") }
    if walk == nil, isSortable([statement]) {
      walk = SortedWalk()
      defer { walk = nil }
      _ = try parallel(loop, block, statement)
      try emitEvents(at: statement.span)
      return .normal
    }
    var rounds = try begin(loop)
    if walk != nil {
      let start = walk?.offset ?? 0
      var end = start
      while let element = rounds.next() {
        walk?.offset = start
        charge(operations: 1)
        set(loop.variable, element)
        _ = try execute(block)
        end = max(end, walk?.offset ?? 0)
      }
      walk?.offset = end
      return .normal
    }
    let base = device.core.timeline.cursor()
    var end = base
    try merging(plays(block), at: statement.span) { interpreter throws(Stop) in
      while let element = rounds.next() {
        interpreter.charge(operations: 1)
        interpreter.set(loop.variable, element)
        device.core.timeline.moveCursor(to: base)
        _ = try interpreter.execute(block)
        end = max(end, device.core.timeline.cursor())
        try interpreter.safePoint(at: statement.span)
      }
    }
    device.core.timeline.moveCursor(to: end)
    return .normal
  }

  mutating func walkBranches(_ block: TypedBlock) throws(Stop) -> Completion {
    let start = walk?.offset ?? 0
    var end = start
    for branch in block.statements {
      walk?.offset = start
      _ = try execute(branch)
      end = max(end, walk?.offset ?? 0)
    }
    walk?.offset = end
    return .normal
  }

  /// An operation on the timeline inside a walk; nil for those that are done at once.
  mutating func walked(_ intrinsic: Intrinsic, _ words: [UInt64], _ numbers: [Int64], at span: Span)
    throws(Stop) -> Value?
  {
    guard let offset = walk?.offset, let statement = walk?.statementCount, let device else {
      return nil
    }
    let channel = UInt16(truncatingIfNeeded: words.first ?? 0)
    func event(_ action: SortedWalk.Event.Action, after delay: Int64) -> SortedWalk.Event {
      SortedWalk.Event(
        offset: offset &+ delay, channel: channel, action: action, statement: statement,
        spans: backtrace(from: span))
    }
    switch intrinsic {
    case .now:
      charge(operations: 1)
      let cursor = device.core.timeline.cursor()
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer(.add, cursor, offset) }
      )
    case .delay:
      charge(operations: 1)
      walk?.offset = offset &+ numbers[0]
    case .output:
      walk?.statementCount += 1
      let only = event(.output(address: numbers[1], value: words[2]), after: 0)
      walk?.events.append(only)
    case .outputPair:
      walk?.statementCount += 1
      let first = event(
        .begin(address: numbers[1], value: words[2], then: words[3], after: numbers[4]), after: 0)
      let second = event(.end(address: numbers[1], value: words[3]), after: numbers[4])
      walk?.events += [first, second]
    case .gate:
      walk?.statementCount += 1
      let edges = UInt16(truncatingIfNeeded: words[1])
      let only = event(.gate(edges: edges, duration: numbers[2]), after: 0)
      walk?.events.append(only)
    default: throw .unsupported("\(intrinsic) in a sorted `parallel`")
    }
    return .unit
  }

  /// Queues what the branches have left, in order of time, and moves the cursor to the latest end.
  mutating func emitEvents(at span: Span) throws(Stop) {
    guard let finished = walk, let device else { return }
    walk = nil
    let order = finished.events.indices.sorted {
      (finished.events[$0].offset, $0) < (finished.events[$1].offset, $1)
    }
    var charged: Set<Int> = []
    let base = device.core.timeline.cursor()
    for index in order {
      let event = finished.events[index]
      if charged.insert(event.statement).inserted { charge(events: 1) }
      do throws(Stop) { try queue(event, from: base, on: device) } catch {
        guard case .raised(var raised) = error else { throw error }
        // Pulses that have begun are ended.
        try untilDone(span, device) { device.core.timeline.endPulses() }
        raised.spans = event.spans
        throw .raised(raised)
      }
    }
    if finished.offset > 0 {
      device.core.timeline.moveCursor(
        to: try number(span) { () throws(Numbers.Failure) in
          try Numbers.integer(.add, base, finished.offset)
        })
    }
  }

  private mutating func queue(
    _ event: SortedWalk.Event, from base: Int64, on device: SimulatedDevice
  ) throws(Stop) {
    let time = try number(event.span) { () throws(Numbers.Failure) in
      try Numbers.integer(.add, base, event.offset)
    }
    switch event.action {
    case .output(let address, let value):
      try untilDone(event.span, device) {
        device.core.timeline.output(
          channel: event.channel, address: address, value: value, at: time, position: 0)
      }
    case .begin(let address, let value, let second, let after):
      try untilDone(event.span, device) {
        device.core.timeline.begin(
          channel: event.channel, address: address, value: value, then: second, after: after,
          at: time, position: 0)
      }
    case .end(let address, let value):
      try untilDone(event.span, device) {
        device.core.timeline.end(
          channel: event.channel, address: address, value: value, at: time, position: 0)
      }
    case .gate(let edges, let duration):
      try untilDone(event.span, device) {
        device.core.timeline.gate(
          channel: event.channel, edges: edges, at: time, duration: duration, position: 0)
      }
    }
  }
}
