// Runs an image on a core device and writes a line about it: the same source on bare metal and on
// the host. Compiled with `Bytecode`, `Machine` and `CoreDevice`.
import Bytecode
import CoreDevice
import Machine

/// Registers that nobody reads.
struct Registers: ChannelPort {
  mutating func emit(_ event: OutputEvent) {}
  mutating func advance(to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues)
    -> Int64
  {
    time
  }
}

/// The digest that the simulated laboratory's trace has (`Simulation/Recorder.swift`).
struct Digest: EventSink {
  var hash = SHA256()
  var count = 0

  mutating func emitted(_ event: OutputEvent) {
    count += 1
    guard event.kind != .close else { return }
    hash.update(UInt64(event.kind == .open ? 1 : 0) | UInt64(event.channel) << 16)
    hash.update(UInt64(bitPattern: event.time))
    hash.update(UInt64(bitPattern: event.address))
    hash.update(event.value)
  }

  mutating func discarded(_ event: OutputEvent) {}

  mutating func closed(_ window: InputWindow) {
    hash.update(2 | UInt64(window.channel) << 16)
    hash.update(UInt64(bitPattern: window.closed))
    hash.update(UInt64(bitPattern: window.opened))
    hash.update(UInt64(bitPattern: window.count))
  }
}

/// Writes text byte by byte.
struct Printer {
  let put: @convention(c) (UInt8) -> Void

  func text(_ text: StaticString) {
    text.withUTF8Buffer { for byte in $0 { put(byte) } }
  }

  func bytes(_ bytes: UnsafeRawBufferPointer) { for byte in bytes { put(byte) } }

  func number(_ number: Int64) {
    if number < 0 { put(45) }
    var rest = number.magnitude
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var count = 0
    repeat {
      digits[count] = UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    while count > 0 {
      count -= 1
      put(48 + digits[count])
    }
  }

  private func hexadecimalDigit(_ digit: UInt8) { put(digit < 10 ? 48 + digit : 87 + digit) }

  func hexadecimal(_ byte: UInt8) {
    hexadecimalDigit(byte >> 4)
    hexadecimalDigit(byte & 15)
  }
}

/// Runs the kernel in `byteCount` bytes at `image`, as the default laboratory's core device would,
/// and writes how it ended, the digest of its events, and when that was; before that a line with the
/// processor's instructions from its start to its end, as `instructions` counts them.
@c public func larmor_runImage(
  _ image: UnsafeRawPointer, _ byteCount: Int32, _ put: @convention(c) (UInt8) -> Void,
  _ instructions: @convention(c) () -> UInt32
) {
  let printer = Printer(put: put)
  var device = CoreDevice(
    DeviceParameters(
      margin: 10_000, kernelStart: 1_000, hostRoundTrip: 200_000, laneCount: 8, laneDepth: 128,
      inputCount: 2, inputDepth: 64, slotCount: 4, arenaBytes: 1 << 22, stackBytes: 1 << 16),
    channels: Registers(), sink: Digest())
  guard let slot = load(UnsafeRawBufferPointer(start: image, count: Int(byteCount)), &device)
  else {
    printer.text("refused\n")
    return
  }
  let before = instructions()
  let ending = run(&device)
  let count = instructions() &- before
  printer.text("# ")
  printer.number(Int64(count))
  printer.text(" instructions\n")
  if let image = device.image(in: slot) {
    printer.bytes(image.view.text(image.view.name))
    printer.text(": ")
  }
  switch ending {
  case .finished:
    printer.text("results")
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 8) { words in
      let count = device.withMachine { $0.exportResults(into: words) } ?? 0
      for index in 0..<min(count, 8) {
        printer.text(" ")
        printer.number(Int64(bitPattern: words[index]))
      }
    }
  case .failed(let fault):
    printer.text("error ")
    printer.number(Int64(fault.error))
    printBacktrace(slot, device: &device, printer)
  case .busy:
    printer.text("busy at ")
    printPlace(device.withMachine { $0.position } ?? 0, slot, device: &device, printer)
  case .waiting, .hostCall, .interrupted: printer.text("stopped")
  }
  let account = device.finish()
  printer.text(account.balances ? "; events " : "; lost events ")
  printer.number(Int64(device.sink.count))
  printer.text(" sha256:")
  let digest = device.sink.hash.finalize()
  for index in 0..<32 { printer.hexadecimal(digest[index]) }
  printer.text("; clock ")
  printer.number(device.timeline.clock())
  printer.text("\n")
  device.deallocate()
}

/// Runs the kernel that was started to its end, or until its budget is spent for the third time.
private func run(_ device: inout CoreDevice<Registers, Digest>) -> DeviceExit {
  var looks = 0
  while true {
    let exit = device.run()
    switch exit {
    case .waiting(let until): device.advance(to: until)
    case .busy:
      looks += 1
      if looks == 3 { return exit }
    case .finished, .failed, .hostCall, .interrupted: return exit
    }
  }
}

private func load(
  _ bytes: UnsafeRawBufferPointer, _ device: inout CoreDevice<Registers, Digest>
) -> KernelSlot? {
  let none = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
  do throws(LoadError) {
    let slot = try device.load(bytes)
    do throws(StartError) { try device.start(slot, arguments: none, bound: none) } catch {
      return nil
    }
    return slot
  } catch {
    return nil
  }
}

private func printBacktrace(
  _ slot: KernelSlot, device: inout CoreDevice<Registers, Digest>, _ printer: Printer
) {
  let count = device.withMachine { $0.backtraceCount } ?? 0
  for index in 0..<count {
    printer.text(index == 0 ? " at " : " in ")
    printPlace(device.withMachine { $0.backtrace(index) } ?? 0, slot, device: &device, printer)
  }
}

/// Where in the source `place` is, and the calls that its body stands in place of.
private func printPlace(
  _ place: UInt64, _ slot: KernelSlot, device: inout CoreDevice<Registers, Digest>,
  _ printer: Printer
) {
  guard let image = device.image(in: slot),
    let position = image.position(
      function: Int(place >> 32), word: Int(truncatingIfNeeded: place & 0xFFFF_FFFF))
  else { return printer.text("nowhere") }
  print(image, file: position.file, line: position.line, column: position.column, printer)
  var outer = position.call
  while let number = outer {
    let call = image.view.inlinedCall(Int(number))
    printer.text(" in ")
    print(image, file: call.file, line: call.line, column: call.column, printer)
    outer = call.outer
  }
}

private func print(
  _ image: VerifiedImage, file: UInt16, line: UInt32, column: UInt16, _ printer: Printer
) {
  printer.bytes(image.view.text(image.view.file(Int(file))))
  printer.text(":")
  printer.number(Int64(line))
  printer.text(":")
  printer.number(Int64(column))
}
