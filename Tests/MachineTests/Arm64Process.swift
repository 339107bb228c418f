import Bytecode
import Foundation
import Machine
import Native
import Synchronization
import TestKit

/// A process in which native code for arm64 runs, under qemu-user, on memory that it shares with
/// this one: see `Tests/Runner/arm64.c`.
///
/// It runs the code of one bench at a time.
final class Arm64Process {
  /// What is missing for it; nil if all is there.
  static let missing: String? = {
    let tools = [
      ("/usr/bin/qemu-aarch64", "qemu-user"),
      ("/usr/bin/aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    ]
    let packages = tools.filter { !FileManager.default.isExecutableFile(atPath: $0.0) }.map(\.1)
    return packages.isEmpty ? nil : "missing packages: " + packages.joined(separator: ", ")
  }()

  enum Failure: Error { case noRunner(String), noMemory, noCode }

  private static let byteCount = 1 << 28
  private static let mirrorBytes = 4096
  /// Places for memory that no process uses by itself.
  private static let places = Mutex<UInt>(0x2000_0000_0000)
  /// By the address of the code of the image that runs.
  private static let connections = Mutex<[UInt: Connection]>([:])

  private let process = Process()
  private let path: String
  private let base: UnsafeMutableRawPointer
  private var used = 0
  private let requests = Pipe()
  private let answers = Pipe()
  /// Of the code that was loaded last.
  private var key: UInt = 0

  /// Everything that is needed to have a machine run there.
  private struct Connection: Sendable {
    let input: Int32
    let output: Int32
    /// The machine's copy in the common memory, and where its code is entered there.
    let mirror: UInt
    let entry: UInt
    /// How often an operation was done here.
    var operationCount = 0
  }

  /// What is sent there, and what comes from there, as the runner numbers it.
  private enum Request: UInt64 { case load = 1, run, outcome, end }
  private enum Answer: UInt64 { case loaded = 1, operation, returned, ended }

  /// What is sent, in both directions.
  private struct Message {
    var kind: UInt64
    var words: InlineArray<4, UInt64>

    init(_ request: Request, _ first: UInt64 = 0, _ second: UInt64 = 0) {
      kind = request.rawValue
      words = [first, second, 0, 0]
    }
  }

  init() throws {
    path = NSTemporaryDirectory() + "larmor-arm64-" + UUID().uuidString
    let place = Self.places.withLock { next in
      defer { next += UInt(2 * Self.byteCount) }
      return next
    }
    let file = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard file >= 0, ftruncate(file, Self.byteCount) == 0 else { throw Failure.noMemory }
    let fixed = Int32(0x10_0000)  // MAP_FIXED_NOREPLACE, which is a macro.
    let address = mmap(
      UnsafeMutableRawPointer(bitPattern: place), Self.byteCount, PROT_READ | PROT_WRITE,
      Int32(MAP_SHARED) | fixed, file, 0)
    close(file)
    guard let address, UInt(bitPattern: address) == place else { throw Failure.noMemory }
    base = address
    process.executableURL = URL(fileURLWithPath: "/usr/bin/qemu-aarch64")
    process.arguments = [try Self.runner.get(), path, "\(place)", "\(Self.byteCount)"]
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
    try requests.fileHandleForReading.close()
    try answers.fileHandleForWriting.close()
    begin()
  }

  deinit {
    _ = Self.connections.withLock { $0.removeValue(forKey: key) }
    var end = Message(.end)
    _ = write(requests.fileHandleForWriting.fileDescriptor, &end, MemoryLayout<Message>.size)
    process.waitUntilExit()
    munmap(base, Self.byteCount)
    unlink(path)
  }

  /// The runner, built once.
  private static let runner: Result<String, Failure> = {
    let output = Repository.root + "/.build/arm64-runner"
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/aarch64-linux-gnu-gcc")
    compiler.arguments = [
      "-O2", "-Wall", "-Werror", "-static", "-o", output,
      Repository.root + "/Tests/Runner/arm64.c",
    ]
    do { try compiler.run() } catch { return .failure(.noRunner("\(error)")) }
    compiler.waitUntilExit()
    return compiler.terminationStatus == 0
      ? .success(output) : .failure(.noRunner("the runner does not compile"))
  }()

  // MARK: Memory

  /// Forgets what has been taken of the common memory.
  func begin() { used = Self.mirrorBytes }

  /// Some of the common memory.
  func take(_ byteCount: Int) throws -> UnsafeMutableRawPointer {
    guard used + byteCount + 16 <= Self.byteCount else { throw Failure.noMemory }
    defer { used += (byteCount + 15) / 16 * 16 }
    return base + used
  }

  // MARK: Code

  /// Has `image`, which is in the common memory, translated and loaded there; machines that run it
  /// so do so by what is returned.
  func load(_ image: VerifiedImage) throws -> NativeCode {
    guard let code = TranslatedCode(image, for: .arm64) else { throw Failure.noCode }
    let memory = try take(code.bytes.count)
    UnsafeMutableRawBufferPointer(start: memory, count: code.bytes.count).copyBytes(
      from: code.bytes)
    var connection = Connection(
      input: requests.fileHandleForWriting.fileDescriptor,
      output: answers.fileHandleForReading.fileDescriptor, mirror: UInt(bitPattern: base), entry: 0)
    let place = UInt64(UInt(bitPattern: memory))
    Self.send(Message(.load, place, UInt64(code.bytes.count)), connection)
    guard let loaded = Self.receive(connection), Answer(rawValue: loaded.kind) == .loaded
    else { throw Failure.noCode }
    connection = Connection(
      input: connection.input, output: connection.output, mirror: connection.mirror,
      entry: UInt(loaded.words[0]) + UInt(code.entry))
    let (old, new) = (key, UInt(bitPattern: image.view.start(.code)))
    Self.connections.withLock { known in
      known.removeValue(forKey: old)
      known[new] = connection
    }
    key = new
    let serve: @convention(c) (UnsafeMutableRawPointer) -> UInt8 = { Arm64Process.serve($0) }
    return NativeCode(entry: unsafeBitCast(serve, to: UInt.self))
  }

  /// How often the code that was loaded last has had an operation done by the interpreter.
  var operationCount: Int {
    Self.connections.withLock { $0[key]?.operationCount } ?? 0
  }

  private typealias Operation =
    @convention(c) (
      UnsafePointer<UInt64>, UnsafeMutablePointer<UInt64>, UnsafeMutableRawPointer, UnsafeRawPointer
    ) -> UInt8
  private typealias Return =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutablePointer<UInt64>, UInt64, UInt64, UInt64
    ) -> Void

  /// Has the machine run there, and does here what its code leaves to the interpreter; the signal's
  /// raw value.
  private static func serve(_ address: UnsafeMutableRawPointer) -> UInt8 {
    let machine = address.assumingMemoryBound(to: Machine.self)
    let interface = NativeInterface.machine
    let key = UInt(bitPattern: machine.pointee.image.view.start(.code))
    guard let connection = connections.withLock({ $0[key] }),
      let mirror = UnsafeMutableRawPointer(bitPattern: connection.mirror),
      let pauses = UnsafeRawPointer(bitPattern: interface.pauses),
      let operations = UnsafePointer<Operation>(bitPattern: interface.operations)
    else { preconditionFailure("the image has been loaded") }
    precondition(MemoryLayout<Machine>.size <= mirrorBytes, "there is room for the machine")
    let copy = mirror.initializeMemory(as: Machine.self, repeating: machine.pointee, count: 1)
    defer { machine.pointee = copy.pointee }
    send(Message(.run, UInt64(connection.mirror), UInt64(connection.entry)), connection)
    while let message = receive(connection) {
      var outcome: UInt8 = 0
      switch Answer(rawValue: message.kind) {
      case .operation:
        guard let place = UnsafePointer<UInt64>(bitPattern: UInt(message.words[0])),
          let frame = UnsafeMutablePointer<UInt64>(bitPattern: UInt(message.words[1]))
        else { preconditionFailure("an operation at no place") }
        connections.withLock { $0[key]?.operationCount += 1 }
        outcome = operations[Int(place.pointee & 0xFF)](place, frame, mirror, pauses)
      case .returned:
        guard let frame = UnsafeMutablePointer<UInt64>(bitPattern: UInt(message.words[0]))
        else { preconditionFailure("a function without a frame") }
        let function = unsafeBitCast(interface.returned, to: Return.self)
        function(mirror, frame, message.words[1], message.words[2], message.words[3])
      case .ended: return UInt8(truncatingIfNeeded: message.words[0])
      case .loaded, nil: preconditionFailure("an answer that nobody asked for")
      }
      send(Message(.outcome, UInt64(outcome)), connection)
    }
    preconditionFailure("the process for arm64 has ended")
  }

  // MARK: Messages

  private static func send(_ message: Message, _ connection: Connection) {
    withUnsafeBytes(of: message) { bytes in
      let count = write(connection.input, bytes.baseAddress, bytes.count)
      precondition(count == bytes.count, "the process for arm64 listens")
    }
  }

  private static func receive(_ connection: Connection) -> Message? {
    var message = Message(.end)
    let isWhole = withUnsafeMutableBytes(of: &message) { bytes in
      var count = 0
      while count < bytes.count {
        let more = read(
          connection.output, bytes.baseAddress.map { $0 + count }, bytes.count - count)
        guard more > 0 else { return false }
        count += more
      }
      return true
    }
    return isWhole ? message : nil
  }
}
