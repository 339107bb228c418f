import Glibc

/// What became of another program that was run to its end.
struct ChildOutcome {
  /// Nil if a signal ended it.
  let code: Int32?
  /// What it wrote to standard output and standard error.
  let output: String
  /// How long it has had a processor, from its start to its end.
  let processorSeconds: Double

  var hasSucceeded: Bool { code == 0 }

  /// The first line of the output.
  var firstLine: String { output.split(separator: "\n").first.map(String.init) ?? "" }
}

/// Other programs: where they are, and running them.
enum ChildProcess {
  /// The path of the first of `names` that is on the search path; nil if none is.
  static func find(_ names: [String]) -> String? {
    guard let value = getenv("PATH") else { return nil }
    let folders = String(cString: value).split(separator: ":")
    for name in names {
      for folder in folders where access("\(folder)/\(name)", X_OK) == 0 {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }

  /// Runs the program at `path` with `arguments`, its standard input empty, to its end; nil if it
  /// cannot be started.
  static func run(_ path: String, _ arguments: [String]) -> ChildOutcome? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child = pid_t()
    let failure = posix_spawn(&child, path, &actions, nil, words, environ)
    close(ends[1])
    guard failure == 0 else { return nil }
    let output = read(from: ends[0])
    var status: Int32 = 0
    var usage = rusage()
    while wait4(child, &status, 0, &usage) < 0 && errno == EINTR {}
    return ChildOutcome(
      code: status & 0x7F == 0 ? (status >> 8) & 0xFF : nil, output: output,
      processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }

  private static func read(from descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &block, block.count)
      if count > 0 {
        // Nobody who does what is expected says more than a few lines.
        if bytes.count < 1 << 16 { bytes += block[..<count] }
      } else if count == 0 || errno != EINTR {
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }
}

/// A folder for the time of a measurement, removed with the files in it when it is given up.
final class ScratchFolder {
  let path: String
  private var files: [String] = []

  /// Nil if none can be made.
  init?() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    // What `mkdtemp` puts characters of its own in the place of.
    let blanks = String(repeating: "X", count: 6)
    var template = Array("\(parent)/larmor-bench-\(blanks)".utf8CString)
    guard let made = mkdtemp(&template) else { return nil }
    path = String(cString: made)
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(path)
  }

  /// The path of the file `name`, which is removed with the folder.
  func file(_ name: String) -> String {
    let file = "\(path)/\(name)"
    files.append(file)
    return file
  }

  /// Writes `bytes` to the file `name`; its path, or nil if that failed.
  func write(_ bytes: [UInt8], to name: String) -> String? {
    let file = file(name)
    guard let stream = fopen(file, "w") else { return nil }
    let written = fwrite(bytes, 1, bytes.count, stream)
    guard fclose(stream) == 0, written == bytes.count else { return nil }
    return file
  }
}
