import CoreDevice
import Diagnostics
import Simulation
import Typing

// From a kernel to the host.

extension Interpreter {
  /// `await` and `send`: what is handed over is computed here, the rest happens on the host.
  mutating func host(_ operand: TypedExpression, isAwaited: Bool) throws(Stop) -> Value {
    guard isDevice, let device else { return try evaluate(operand) }
    let parts = HostOperand(operand, in: typed[frame.function])
    if parts.ownPlace != nil { throw .unsupported("`inout` from a kernel to the host") }
    let arguments = try evaluate(parts.arguments)
    charge(operations: 1)
    if isAwaited, device.core.timeline.failureIsDue { try safePoint(at: operand.span) }
    let result: Value
    do throws(Stop) {
      result = try perform(parts, arguments)
    } catch {
      guard case .raised(let raised) = error, !isStopping else { throw error }
      if isAwaited {
        device.passRoundTrip()
        throw error
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
    return result
  }

  /// Does on the host what `parts` says, with the values that the device has computed.
  private mutating func perform(_ parts: HostOperand, _ arguments: [Value]) throws(Stop) -> Value {
    let (image, outerFrames, outerWalk) = (captured, frames, walk)
    var own = Frame(
      function: frame.function, generics: frame.generics, locals: frame.locals, device: nil)
    for (local, value) in zip(parts.locals, arguments) {
      let index = Int(local.index)
      while own.locals.count <= index { own.locals.append(nil) }
      own.locals[index] = value
    }
    captured = nil
    walk = nil
    frames.append(own)
    defer {
      captured = image
      walk = outerWalk
      frames = outerFrames
    }
    return try evaluate(parts.work)
  }
}
