import Foundation

/// The working copy that the tests belong to.
package enum Repository {
  /// The folder that holds `Package.swift`.
  package static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
  }()

  /// The bytes of the file at `path`, which is relative to the root; nil if there is none.
  package static func bytes(of path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: root + "/" + path).map { Array($0) }
  }

  /// The text of the file at `path`, which is relative to the root; nil if there is none.
  package static func text(of path: String) -> String? {
    bytes(of: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether there is a file or folder at `path`, which is relative to the root.
  package static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  /// The paths, relative to the root and in order, of all files below `folder` whose names end in
  /// `ending`.
  ///
  /// Folders whose names begin with a dot are passed over.
  package static func files(below folder: String, endingIn ending: String) -> [String] {
    let top = folder.isEmpty ? root : root + "/" + folder
    guard let walk = FileManager.default.enumerator(atPath: top) else { return [] }
    var found: [String] = []
    for case let path as String in walk {
      let name = path.split(separator: "/").last ?? ""
      if name.hasPrefix(".") {
        walk.skipDescendants()
        continue
      }
      if path.hasSuffix(ending) { found.append(folder.isEmpty ? path : folder + "/" + path) }
    }
    return found.sorted()
  }

  /// Puts `text` into the file at `path`, which is relative to the root; whether that could be
  /// done.
  package static func write(_ text: String, to path: String) -> Bool {
    FileManager.default.createFile(atPath: root + "/" + path, contents: Data(text.utf8))
  }

  /// Whether files with what is expected are to be written anew instead of being compared
  /// (`UPDATE_GOLDEN=1`).
  package static var isUpdating: Bool {
    ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
  }

  /// The only programs that are to be judged: those whose paths contain this (`GOLDEN=loops`); nil
  /// for all.
  package static let chosen: String? = ProcessInfo.processInfo.environment["GOLDEN"]

  /// How many programs the freeze analysis is attacked with, and the seed of the first
  /// (`FREEZE=100000 FREEZE_FROM=0`).
  package static let frozen: (count: Int, first: Int) = (
    ProcessInfo.processInfo.environment["FREEZE"].flatMap(Int.init) ?? 1_000,
    ProcessInfo.processInfo.environment["FREEZE_FROM"].flatMap(Int.init) ?? 0
  )

  /// How many programs are to be generated, and the seed of the first (`GENERATED=100000
  /// GENERATED_FROM=0`).
  package static let generated: (count: Int, first: Int) = (
    ProcessInfo.processInfo.environment["GENERATED"].flatMap(Int.init) ?? 1_000,
    ProcessInfo.processInfo.environment["GENERATED_FROM"].flatMap(Int.init) ?? 0
  )
}
