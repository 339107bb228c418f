import Bytecode
import Laboratory
import Lowering
import Machine
import Typing
import Values

/// Says in words what an error was.
struct FaultText {
  let program: TypedProgram
  let printer: Printer

  /// The name of error `number` of an image that declares `declared`.
  func name(_ number: UInt16, declared: [ErrorContents]) -> String {
    if number < BuiltinError.firstDeclared {
      return Int(number) < builtinErrorNames.count ? builtinErrorNames[Int(number)] : "Error"
    }
    let index = Int(number - BuiltinError.firstDeclared)
    return index < declared.count ? declared[index].name : "Error"
  }

  /// A sentence on an error of the language; of a collision it is known where the `earlier` event
  /// came from.
  func message(_ fault: Fault, earlier: RecentCalls.Origin? = nil) -> String {
    guard let error = BuiltinError(rawValue: fault.error) else { return "an error of the program" }
    let device = deviceName(fault.words.0)
    let time = duration(fault.words.1)
    switch error {
    case .underflow:
      let late = duration(UInt64(bitPattern: 0 &- Int64(bitPattern: fault.words.2)))
      return "the event for \(device) at \(time) came \(late) too late"
    case .sequenceError:
      // A program may throw it, too, and then there is no event.
      if fault.words.2 == 0 { return "an event lies before too many that are queued already" }
      let lanes = program.description.core.laneCount
      return
        "the event for \(device) at \(time) finds no place: each of the \(lanes) lanes that the device "
        + "queues events in ends at that time or later"
    case .collision:
      if fault.words.2 == 0, fault.words.3 == 0 {
        return "two events for one device meet on one tick"
      }
      if fault.words.3 == 0 { return "two events for \(device) meet on one tick, \(time)" }
      return
        "two kernel calls write \(device) on the same tick, \(time)\(origin(earlier)): begin the later one "
        + "with a `delay(1 us)`, or do both in one kernel, where the later write replaces the earlier"
    case .busy:
      switch fault.words.1 {
      case 0: return "a device is still busy with the operation before"
      // A program has thrown it.
      case 1: return "\(device) is still busy with the operation before"
      case 2:
        return
          "the window of \(device) at \(duration(fault.words.2)) begins before the one before it ends, at "
          + "\(duration(fault.words.3)): `reset()` closes that, or a later gate waits for it"
      default:
        return
          "\(device) keeps \(fault.words.2) windows and none of them has been read: read them with `count` or "
          + "`timestamp` in between"
      }
    case .inputOverflow: return "more edges arrived at \(device) than its queue holds"
    case .timeout: return "no answer came in time"
    case .arithmeticOverflow: return "the result does not fit its type"
    case .divisionByZero: return "division by zero"
    case .indexOutOfRange: return outOfRange(fault)
    case .outOfMemory: return "there is no memory left for arrays"
    case .stackOverflow: return "calls are nested too deeply"
    case .cancelled: return "the run was cancelled"
    case .missingValue:
      return
        "there is no value here: a part of a dataset that was not written, or a window that was not opened"
    case .limitExceeded:
      if fault.words.1 == 0 { return "a value lies outside what is allowed here" }
      return "\(device) does not allow this value"
    case .fitFailed:
      return
        "no curve of this kind can be trusted for these points: they are too few or all alike, some are no numbers, "
        + "or the curve explains them no better than noise would"
    }
  }

  /// Where the earlier of two colliding events came from.
  private func origin(_ earlier: RecentCalls.Origin?) -> String {
    guard let earlier else { return "" }
    let what = earlier.event.map { " from `\($0.function)`" } ?? ""
    let call = earlier.call.map { " in the call at \($0.file):\($0.line)" } ?? ""
    return what.isEmpty && call.isEmpty ? "" : "; the earlier event came\(what)\(call)"
  }

  /// An error of the language as it would be written: with what it carries.
  func literal(_ fault: Fault) -> String {
    let name = name(fault.error, declared: [])
    let payload = builtinErrorPayload(Int(fault.error))
    if payload.isEmpty { return name }
    let words = [fault.words.0, fault.words.1, fault.words.2, fault.words.3]
    let isBare = words.dropFirst(payload.count).allSatisfy { $0 == 0 }
    if isThrownBare(Int(fault.error)), isBare { return name }
    let parts = zip(payload, words).map { field, word in
      "\(field.name): \(printer.literal(.integer(Int64(bitPattern: word)), field.type))"
    }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }

  /// An element is named with its index and the count; a slice with its two ends and the count.
  private func outOfRange(_ fault: Fault) -> String {
    let numbers = [fault.words.0, fault.words.1, fault.words.2].map { Int64(bitPattern: $0) }
    func counted(_ count: Int64) -> String { count == 1 ? "one element" : "\(count) elements" }
    if numbers == [0, 0, 0] { return "there is no element with this index" }
    if numbers[2] != 0 {
      return
        "there are no elements \(numbers[0])..<\(numbers[1]): the array has \(counted(numbers[2]))"
    }
    let verb = numbers[1] == 1 ? "is" : "are"
    return
      "there is no element \(numbers[0]): there \(verb) \(counted(numbers[1])), counted from 0"
  }

  /// A sentence on an error that the program declares: its payload as it would be written.
  func message(declared name: String, payload: [UInt64]) -> String {
    guard let error = program.errors.first(where: { $0.name == name }) else { return name }
    let types = error.payload.map(\.type)
    // What is packed follows the number of its words.
    let words = program.packsPayload(of: error.id) ? Array(payload.dropFirst()) : payload
    guard !types.isEmpty,
      case .tuple(let values)? = constant(from: words, as: .tuple(types), in: program)
    else {
      return name
    }
    let parts = zip(error.payload, values).map { "\($0.name): \(printer.literal($1, $0.type))" }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }

  private func duration(_ word: UInt64) -> String {
    printer.text(.integer(Int64(bitPattern: word)), .duration)
  }

  private func deviceName(_ word: UInt64) -> String {
    guard let channel = program.description.channels.first(where: { UInt64($0.number) == word })
    else {
      return "channel \(word)"
    }
    return "`\(channel.device)`"
  }
}
