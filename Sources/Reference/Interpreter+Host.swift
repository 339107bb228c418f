import CoreDevice
import Diagnostics
import Simulation
import Typing

// From a kernel to the host.

extension Interpreter {
  /// `await` and `send`: what is handed over is computed here, the rest happens on the host.
  mutating func host(_ operand: TypedExpression, isAwaited: Bool) throws(Stop) -> Value {
    guard isDevice, let device else { return try evaluate(operand) }
    let parts = HostOperand(operand, in: typed[frame.function], of: typed)
    let (arguments, places) = try evaluate(parts.arguments)
    charge(operations: 1)
    if isAwaited, device.core.timeline.failureIsDue { try safePoint(at: operand.span) }
    let (result, changed, failure) = perform(parts, arguments)
    func write() throws(Stop) {
      for (place, value) in zip(places, changed) {
        if let place, let value { try self.write(value, to: place) }
      }
    }
    if let failure {
      guard case .raised(let raised) = failure, !isStopping else { throw failure }
      if isAwaited {
        device.passRoundTrip()
        // Writes made before an error stay.
        try write()
        throw failure
      }
      if sendFailure == nil {
        sendFailure = (raised, false)
        device.requestFailure()
      }
      return .unit
    }
    guard isAwaited else { return result }
    device.passRoundTrip()
    try safePoint(at: operand.span)
    try requireRoom(for: result, operand.type, at: operand.span)
    try write()
    return result
  }

  /// Does on the host what `parts` says, with the values that the device has computed.
  ///
  /// Gives also what the locals for them hold then.
  private mutating func perform(_ parts: HostOperand, _ arguments: [Value]) -> (
    result: Value, changed: [Value?], failure: Stop?
  ) {
    let (image, outerFrames, outerWalk, outerDepth) = (captured, frames, walk, depth)
    var own = Frame(
      function: frame.function, generics: frame.generics, locals: frame.locals, device: nil)
    for (local, value) in zip(parts.locals, arguments) {
      let index = Int(local.index)
      while own.locals.count <= index { own.locals.append(nil) }
      own.locals[index] = value
    }
    captured = nil
    walk = nil
    depth = 0
    frames.append(own)
    defer {
      captured = image
      walk = outerWalk
      frames = outerFrames
      depth = outerDepth
    }
    var result = Value.unit
    var failure: Stop?
    do throws(Stop) { result = try work(parts) } catch { failure = error }
    let changed = parts.locals.map { frame.locals[Int($0.index)] }
    return (result, changed, failure)
  }

  private mutating func work(_ parts: HostOperand) throws(Stop) -> Value {
    guard let forcing else { return try evaluate(parts.work) }
    return try forced(parts, forcing)
  }
}
