/// A page of the language reference, and the programs that it shows.
///
/// What stands in a block of `larmor` is a program with promises in its margin, as those in
/// `Tests/Programs`. A block of `larmor name.exp` is a file that the blocks after it on the page
/// can import under that name.
package struct ReferencePage: Sendable {
  /// Relative to the repository.
  package let path: String
  package let programs: [GoldenProgram]
  /// Files that the programs can import, by their path beside the page.
  package let files: [String: [UInt8]]
  /// What is wrong with the page itself.
  package let faults: [String]

  /// Where the reference is.
  package static let folder = "docs/reference"

  /// All pages, in the order of their names.
  package static let all: [ReferencePage] = Repository.files(below: folder, endingIn: ".md")
    .map { ReferencePage(path: $0, text: Repository.text(of: $0) ?? "") }

  /// Reads the blocks of the page `text`.
  package init(path: String, text: String) {
    self.path = path
    var programs: [GoldenProgram] = []
    var files: [String: [UInt8]] = [:]
    var faults: [String] = []
    var block: (info: [Substring], first: Int, lines: [Substring])?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard line.hasPrefix("```") else {
        block?.lines.append(line)
        continue
      }
      guard let ended = block else {
        block = (line.dropFirst(3).split(separator: " "), index + 2, [])
        continue
      }
      block = nil
      guard ended.info.first == "larmor" else { continue }
      let text = ended.lines.joined(separator: "\n") + "\n"
      switch ended.info.count {
      case 1: programs.append(GoldenProgram(path: "\(path) from line \(ended.first)", text: text))
      case 2: files[ReferencePage.folder + "/" + ended.info[1]] = Array(text.utf8)
      default: faults.append("\(path):\(ended.first - 1): what is \(ended.info.dropFirst())?")
      }
    }
    if let block { faults.append("\(path):\(block.first - 1): the block has no end") }
    self.programs = programs
    self.files = files
    self.faults = faults
  }
}
