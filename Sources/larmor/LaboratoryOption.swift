import ArgumentParser
import Diagnostics
import Laboratory
import Toolchain

/// Which laboratory a program is for: what `--lab` names, else the nearest `lab.toml` in the folder
/// of the program or above, else the default one.
struct LaboratoryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The description of the laboratory. Without it the nearest lab.toml beside or above the program is read, if there is one.",
      valueName: "file"))
  var lab: String?

  /// The description of the laboratory for the program `file`; or the end of the process, once all
  /// has been said that is wrong with it, as a JSON object, too, where `json` is asked for.
  func description(for file: String, json: Bool) throws(ExitCode) -> SystemDescription {
    if let lab { return try read(lab, Files.readOrExit(lab), json: json) }
    var folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    if file.hasPrefix("/"), folder.isEmpty { folder = "/" }
    if folder.isEmpty { folder = "." }
    // A relative path leads no further up than its own parts and the folders above the current one.
    for _ in 0..<64 {
      let path = folder == "/" ? "/lab.toml" : "\(folder)/lab.toml"
      switch Files.read(path) {
      case .success(let bytes): return try read(path, bytes, json: json)
      case .failure(.notFound): break
      // Another laboratory is not to be taken for the one that is meant.
      case .failure(.unreadable): return try read(path, Files.readOrExit(path), json: json)
      }
      guard let parent = Self.parent(of: folder) else { break }
      folder = parent
    }
    return .defaultLaboratory
  }

  private static func parent(of folder: String) -> String? {
    if folder == "/" { return nil }
    var parts = folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if folder.hasPrefix("/") {
      parts.removeLast()
      return parts.count <= 1 ? "/" : parts.joined(separator: "/")
    }
    if parts.allSatisfy({ $0 == "." || $0 == ".." }) {
      // Where that is the root already, the folder above is the root again.
      return parts.count > 32 ? nil : folder + "/.."
    }
    parts.removeLast()
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  private func read(_ path: String, _ bytes: [UInt8], json: Bool) throws(ExitCode)
    -> SystemDescription
  {
    let (laboratory, sources) = readLaboratory(path, bytes)
    if let description = laboratory.value, laboratory.diagnostics.isEmpty { return description }
    if json { Program.print(laboratory.diagnostics, in: sources, file: path) }
    Program.show(laboratory.diagnostics, in: sources)
    throw Ending.badConfiguration
  }
}
