import CoreDevice
import Diagnostics
import Machine
import Running
import Simulation
import Typing
import Values

extension Interpreter {
  mutating func intrinsic(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression
  ) throws(Stop) -> Value {
    let span = expression.span
    if intrinsic == .count, let operand = operands.first,
      let (id, indices) = typed.datasetElement(operand)
    {
      guard case .array(let parts) = try part(of: id, indices, at: span) else {
        throw raise(.missingValue, at: span)
      }
      return .integer(Int64(parts.count))
    }
    if intrinsic == .last, let operand = operands.first,
      let (id, indices) = typed.datasetElement(operand)
    {
      guard case .array(let parts) = try part(of: id, indices, at: span) else {
        throw raise(.missingValue, at: span)
      }
      guard let last = parts.last else { return .optional(nil) }
      guard let value = last.whole else { throw raise(.missingValue, at: span) }
      return .optional(value)
    }
    let values = try evaluate(operands)
    func integer(_ index: Int) throws(Stop) -> Int64 {
      guard values.indices.contains(index), case .integer(let value) = values[index] else {
        throw .unsupported("\(intrinsic)")
      }
      return value
    }
    switch intrinsic {
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input:
      return try timeline(intrinsic, values, at: span)
    case .play: return try play(values, at: span)
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .isWithin:
      charge(operations: 1)
      return try numeric(intrinsic, values, concrete(operands.first?.type ?? .unknown), at: span)
    case .position, .transposed, .sized, .steppedSlice:
      return try arrayIntrinsic(intrinsic, values, operands, at: span)
    case .length(let id):
      guard case .length(.known(let count))? = frame.generics[id] else {
        throw .unsupported("a length that is not known")
      }
      return .integer(Int64(count))
    case .count:
      charge(operations: 1)
      switch values.first {
      case .array(let elements)?: return .integer(Int64(elements.count))
      case .text(let text)?: return .integer(Int64(text.unicodeScalars.count))
      default: throw .unsupported("`count` of this")
      }
    case .last:
      charge(operations: 1)
      guard case .array(let elements)? = values.first else { throw .unsupported("`last` of this") }
      return .optional(elements.last)
    case .print:
      guard case .text(let line)? = values.first else { throw .unsupported("`print` of this") }
      output.append(line)
      return .unit
    case .pause: return .boolean(false)
    case .leastSquares: return try fit(values, at: span)
    case .traceEdges:
      guard case .text(let device) = values[1], case .boolean(let rising) = values[2] else {
        throw .unsupported("edges")
      }
      let times = simulation(try integer(0))?.trace?.edges(device, rising: rising) ?? []
      return .array(times.map { .integer($0) })
    case .traceSpan:
      guard case .text(let device) = values[1], let index = Int(exactly: try integer(2)),
        let span = simulation(try integer(0))?.trace?.span(device, index)
      else { throw raise(.indexOutOfRange, at: span) }
      return .integer(span)
    case .traceLevel:
      guard case .text(let device) = values[1] else { throw .unsupported("level") }
      return .integer(
        simulation(try integer(0))?.trace?.level(device, at: try integer(2)) == true ? 1 : 0)
    case .simulationStatus: return .text(simulation(try integer(0))?.status.rawValue ?? "")
    case .simulationOutput:
      return .array((simulation(try integer(0))?.output ?? []).map { .text($0) })
    case .simulationResult(let result): return try answer(result, values, at: span)
    }
  }

  func simulation(_ handle: Int64) -> ReferenceRecord? {
    Int(exactly: handle).flatMap { simulations.indices.contains($0) ? simulations[$0] : nil }
  }

  private mutating func fit(_ values: [Value], at span: Span) throws(Stop) -> Value {
    func numbers(_ value: Value) -> [Double]? {
      guard case .array(let elements) = value else { return nil }
      return elements.compactMap { if case .float(let number) = $0 { number } else { nil } }
    }
    guard values.count == 5, case .function = values[0], let x = numbers(values[1]),
      let y = numbers(values[2]), let start = numbers(values[3]), let weights = numbers(values[4])
    else { throw .unsupported("a fit of this") }
    guard x.count == y.count, x.allSatisfy(\.isFinite) else { throw raise(.fitFailed, at: span) }
    var stop: Stop?
    let result = leastSquares(y: y, weights: weights, start: start) { parameters, results in
      for (index, point) in x.enumerated() {
        do throws(Stop) {
          let value = try call(
            values[0], [.float(point), .array(parameters.map { .float($0) })], at: span)
          if case .float(let number) = value {
            results[index] = number
          } else {
            results[index] = .nan
          }
        } catch {
          stop = error
          return false
        }
      }
      return true
    }
    switch result {
    case .success(let fit):
      return .tuple([
        .array(fit.parameters.map { .float($0) }),
        .array(fit.covariance.map { .array($0.map { .float($0) }) }),
        .float(fit.chiSquared),
        .boolean(fit.hasConverged),
      ])
    case .failure: throw stop ?? raise(.fitFailed, at: span)
    }
  }

  // MARK: The timeline

  /// Does an operation until it need not wait any more; each wait is a safe point.
  mutating func untilDone(_ span: Span, _ device: SimulatedDevice, _ operation: () -> PortOutcome)
    throws(Stop)
  {
    while true {
      switch operation() {
      case .done: return
      case .fault(let fault): throw raised(fault, at: span)
      case .wait:
        try safePoint(at: span)
        device.passWait()
      }
    }
  }

  private func raised(_ fault: Fault, at span: Span) -> Stop {
    .raised(
      Raised(
        error: .builtin(Int(fault.error)),
        words: [fault.words.0, fault.words.1, fault.words.2, fault.words.3],
        spans: backtrace(from: span)))
  }

  private func word(_ value: Value) -> UInt64? {
    switch value {
    case .integer(let number): UInt64(bitPattern: number)
    case .float(let number): number.bitPattern
    case .boolean(let truth): truth ? 1 : 0
    default: nil
    }
  }

  private mutating func timeline(_ intrinsic: Intrinsic, _ values: [Value], at span: Span)
    throws(Stop) -> Value
  {
    guard isDevice, let device else { throw .unsupported("work on the timeline on the host") }
    let words = values.map { word($0) ?? 0 }
    let numbers = words.map { Int64(bitPattern: $0) }
    if walk != nil, let result = try walked(intrinsic, words, numbers, at: span) { return result }
    let channel = UInt16(truncatingIfNeeded: words.first ?? 0)
    switch intrinsic {
    case .output:
      charge(events: 1)
      try untilDone(span, device) {
        device.core.timeline.output(
          channel: channel, address: numbers[1], value: words[2], at: device.core.timeline.cursor(),
          position: 0)
      }
    case .outputPair:
      charge(events: 1)
      try untilDone(span, device) {
        device.core.timeline.output(
          channel: channel, address: numbers[1], value: words[2], then: words[3], after: numbers[4],
          at: device.core.timeline.cursor(), position: 0)
      }
    case .gate:
      charge(events: 1)
      guard (1...3).contains(numbers[1]) else { throw raise(.indexOutOfRange, at: span) }
      try untilDone(span, device) {
        device.core.timeline.gate(
          channel: channel, edges: UInt16(truncatingIfNeeded: words[1]),
          at: device.core.timeline.cursor(),
          duration: numbers[2], position: 0)
      }
    case .input:
      charge(events: 1)
      return try input(channel, numbers[1], numbers[2], device, at: span)
    default:
      charge(operations: 1)
      return try cursor(intrinsic, numbers, device, at: span)
    }
    return .unit
  }

  private mutating func cursor(
    _ intrinsic: Intrinsic, _ numbers: [Int64], _ device: SimulatedDevice, at span: Span
  ) throws(Stop) -> Value {
    switch intrinsic {
    case .now: return .integer(device.core.timeline.cursor())
    case .clock: return .integer(device.core.timeline.clock())
    case .slack: return .integer(device.core.timeline.cursor() &- device.core.timeline.clock())
    case .delay:
      let cursor = device.core.timeline.cursor()
      let moved = try number(span) { () throws(Numbers.Failure) in
        try Numbers.integer(.add, cursor, numbers[0])
      }
      device.core.timeline.moveCursor(to: moved)
    case .at: device.core.timeline.moveCursor(to: numbers[0])
    case .waitUntil: try untilDone(span, device) { device.core.timeline.waitUntil(numbers[0]) }
    case .realtime: device.core.timeline.realtime()
    case .resetTimeline: device.core.timeline.resetTimeline()
    case .shouldPause: return .boolean(device.core.timeline.shouldPause())
    default: throw .unsupported("\(intrinsic)")
    }
    return .unit
  }

  private mutating func input(
    _ channel: UInt16, _ address: Int64, _ until: Int64, _ device: SimulatedDevice, at span: Span
  ) throws(Stop) -> Value {
    while true {
      switch device.core.timeline.input(
        channel: channel, address: address, until: until, position: 0)
      {
      case .entry(let time, let value): return .optional(.tuple([.integer(time), .integer(value)]))
      case .nothing: return .optional(nil)
      case .fault(let fault): throw raised(fault, at: span)
      case .wait:
        try safePoint(at: span)
        device.passWait()
      }
    }
  }
}
