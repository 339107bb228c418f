import ArgumentParser
import Glibc
import Toolchain

/// Files by their paths, as bytes.
enum Files {
  /// The contents of the file at `path`.
  static func read(_ path: String) -> Result<[UInt8], FileFailure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(failure()) }
    defer { close(descriptor) }
    return read(from: descriptor)
  }

  /// What can be read from `descriptor` up to its end.
  private static func read(from descriptor: Int32) -> Result<[UInt8], FileFailure> {
    var status = stat()
    let expected = fstat(descriptor, &status) == 0 ? Int(clamping: status.st_size) : 0
    // One byte more than expected, so that the end is met before the room is full.
    var room = max(4096, min(expected, sizeMax) + 1)
    var bytes: [UInt8] = []
    while bytes.count <= sizeMax {
      var outcome = 0
      let block = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        repeat {
          outcome = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, room - filled)
          filled += max(outcome, 0)
        } while filled < room && (outcome > 0 || (outcome < 0 && errno == EINTR))
      }
      if outcome < 0 { return .failure(failure()) }
      if bytes.isEmpty { bytes = block } else { bytes += block }
      if outcome == 0 { return .success(bytes) }
      room = 1 << 20
    }
    return .failure(.unreadable("the file is too large"))
  }

  /// Larger than any program; spans are 32 bits wide.
  private static let sizeMax = 1 << 28

  private static func failure() -> FileFailure {
    errno == ENOENT || errno == ENOTDIR ? .notFound : .unreadable(systemMessage())
  }

  /// What the system says of its last error.
  static func systemMessage() -> String { String(cString: strerror(errno)) }

  /// The file at `path`, standard input if that is `-`, or the end of the process with a message.
  static func readOrExit(_ path: String) throws(ExitCode) -> [UInt8] {
    if path == "-" { return try standardInput() }
    if isFolder(path) {
      Terminal.complain("`\(path)` is a folder; a file is due here")
      throw Ending.noInput
    }
    switch read(path) {
    case .success(let bytes): return bytes
    case .failure(.notFound):
      Terminal.complain("there is no file `\(path)`")
      throw Ending.noInput
    case .failure(.unreadable(let reason)):
      let isForbidden = errno == EACCES
      Terminal.complain("`\(path)` cannot be read: \(reason)")
      throw isForbidden ? Ending.notPermitted : Ending.inputOutput
    }
  }

  /// All of standard input, or the end of the process with a message.
  static func standardInput() throws(ExitCode) -> [UInt8] {
    switch read(from: STDIN_FILENO) {
    case .success(let bytes): return bytes
    case .failure:
      Terminal.complain("standard input cannot be read: \(systemMessage())")
      throw Ending.inputOutput
    }
  }

  /// The programs that `paths` name: files as they are, of folders all `.exp` files below them in
  /// the order of their names; folders whose names begin with a dot are passed over.
  static func programs(_ paths: [String]) throws(ExitCode) -> [String] {
    var found: [String] = []
    for path in paths {
      guard path != "-", isFolder(path) else {
        found.append(path)
        continue
      }
      let below = programs(below: path, depth: 0)
      if below.isEmpty {
        Terminal.complain("there is no .exp file in `\(path)`")
        throw Ending.noInput
      }
      found += below
    }
    return found
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func programs(below folder: String, depth: Int) -> [String] {
    // Deeper than any laboratory keeps its programs: a link that leads round in a circle.
    guard depth < 32 else { return [] }
    var found: [String] = []
    for name in names(in: folder).sorted() where !name.hasPrefix(".") {
      let path = folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
      if isFolder(path) {
        found += programs(below: path, depth: depth + 1)
      } else if name.hasSuffix(".exp") {
        found.append(path)
      }
    }
    return found
  }

  /// Complains and ends where no file can be written at `path` because there is no such folder.
  static func expectFolder(of path: String) throws(ExitCode) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    if access(folder, W_OK) == 0 { return }
    let reason = systemMessage()
    Terminal.complain("`\(path)` cannot be written: \(reason)")
    throw Ending.inputOutput
  }

  /// Writes `text` to `path` so that whoever reads it sees the old file or the new one.
  ///
  /// It is written beside it and renamed. What stands there keeps its permissions, and a link still
  /// leads to it.
  static func replace(_ path: String, with text: String) throws(ExitCode) {
    try replace(path, with: Array(text.utf8))
  }

  /// Writes `bytes` to `path` in the same way.
  static func replace(_ path: String, with bytes: [UInt8]) throws(ExitCode) {
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    let target = resolved.map { String(cString: $0) } ?? path
    let temporary = "\(target).\(getpid()).tmp"
    var status = stat()
    let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : nil
    guard write(bytes, to: temporary, mode: mode), rename(temporary, target) == 0 else {
      let reason = systemMessage()
      unlink(temporary)
      Terminal.complain("`\(path)` cannot be written: \(reason)")
      throw Ending.inputOutput
    }
  }

  private static func write(_ bytes: [UInt8], to path: String, mode: mode_t?) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode ?? 0o644)
    guard descriptor >= 0 else { return false }
    let isWritten =
      bytes.withUnsafeBufferPointer { writeAll($0, to: descriptor) }
      && (mode.map { fchmod(descriptor, $0) == 0 } ?? true) && fsync(descriptor) == 0
    return close(descriptor) == 0 && isWritten
  }

  /// Writes all of `text`; false if that failed.
  static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { writeAll($0, to: descriptor) }
  }

  private static func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      done += count
    }
    return true
  }

  /// The folder `path` and those above it, made where they do not exist.
  static func makeFolders(_ path: String) throws(ExitCode) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part
      if mkdir(made, 0o755) != 0, !isFolder(made) {
        let reason = systemMessage()
        Terminal.complain("the folder `\(made)` cannot be made: \(reason)")
        throw Ending.inputOutput
      }
      made += "/"
    }
  }

  /// The names in the folder `path`; empty if it cannot be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
