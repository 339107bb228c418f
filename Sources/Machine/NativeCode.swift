// What machine and native code know of each other: native code is made elsewhere, by the host.

/// Where an image's native code is entered; whoever made it keeps it as long as a machine may run.
package struct NativeCode: Sendable {
  /// The address of a C function of the machine's address, which returns a signal's raw value.
  let entry: UInt

  /// `entry` is the address of code that was made for the image which the machine runs.
  package init(entry: UInt) { self.entry = entry }

  /// Who sets the stop flag does so while no code runs: it is heard here, and what is left to do
  /// up to the next safe point is interpreted.
  func run(_ context: Context) -> Signal {
    guard context.pointee.stopFlag.pointee == 0 else { return Switched.run(context) }
    let function = unsafeBitCast(
      entry, to: (@convention(c) (UnsafeMutableRawPointer) -> UInt8).self)
    return Signal(rawValue: function(UnsafeMutableRawPointer(context))) ?? .failed
  }
}

extension Threaded {
  /// What an operation returns that was done by itself, and after which something comes.
  @usableFromInline static var goesOn: UInt8 { 0xFF }
}

/// Keeps where the machine stands, instead of doing the operation there.
@c func larmor_goOn(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.context(machine).pointee.pc = pc
  Threaded.context(machine).pointee.frame = frame
  return Threaded.goesOn
}

/// A function whose native caller is gone has returned: hands its results over, and the machine
/// stands behind the call.
@c func larmor_returned(
  _ machine: UnsafeMutableRawPointer, _ frame: Frame, _ first: UInt64, _ second: UInt64,
  _ third: UInt64
) {
  let context = Threaded.context(machine)
  let call = context.pointee.code + Int(truncatingIfNeeded: frame[-2] & 0xFFFF_FFFF)
  let caller = context.pointee.stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
  let (arguments, results) = (call.argumentCount, call.pointee.fieldB)
  if results > 0 { caller[call.lane(arguments)] = first }
  if results > 1 { caller[call.lane(arguments + 1)] = second }
  if results > 2 { caller[call.lane(arguments + 2)] = third }
  context.pointee.top = frame - 2
  context.pointee.frame = caller
  context.pointee.pc = call + (1 + (arguments + results + 3) / 4)
}

#if !hasFeature(Embedded)
  /// What native code has to know of the machine: addresses, and where in a `Machine` its fields
  /// are, in bytes.
  package struct NativeInterface: Sendable {
    /// The address of the table of operations: C functions of code, frame, machine and the table of
    /// those that come after.
    package let operations: UInt
    /// The address of a table in which each operation returns `goesOn` and does nothing, but for
    /// keeping where the machine stands.
    package let pauses: UInt
    /// The address of `larmor_returned`.
    package let returned: UInt
    package let goesOn = Threaded.goesOn
    package let pc = offset(of: \Machine.pc)
    package let frame = offset(of: \Machine.frame)
    package let top = offset(of: \Machine.top)
    package let budget = offset(of: \Machine.budget)
    package let ticks = offset(of: \Machine.ticks)
    package let code = offset(of: \Machine.code)
    package let stack = offset(of: \Machine.stack)
    package let limit = offset(of: \Machine.limit)
    package let callDepthMax = offset(of: \Machine.callDepthMax)
    package let globalWords = offset(of: \Machine.globalWords)
    package let boundWords = offset(of: \Machine.boundWords)
    package let nativeStack = offset(of: \Machine.nativeStack)
    package let nativeHeaderMax = offset(of: \Machine.nativeHeaderMax)

    /// The one there is; its tables live as long as the process.
    package static let machine = NativeInterface()

    private init() {
      let count = 256
      let table = UnsafeMutablePointer<ThreadedOperation>.allocate(capacity: 2 * count)
      table.initialize(repeating: larmor_goOn, count: 2 * count)
      for number in Threaded.operations.indices { table[number] = Threaded.operations[number] }
      operations = UInt(bitPattern: table)
      pauses = UInt(bitPattern: table + count)
      let returned:
        @convention(c) (UnsafeMutableRawPointer, Frame, UInt64, UInt64, UInt64) -> Void =
          larmor_returned
      self.returned = unsafeBitCast(returned, to: UInt.self)
    }

    private static func offset(of field: PartialKeyPath<Machine>) -> Int32 {
      guard let offset = MemoryLayout<Machine>.offset(of: field) else {
        preconditionFailure("the machine's fields are stored")
      }
      return Int32(offset)
    }
  }
#endif
