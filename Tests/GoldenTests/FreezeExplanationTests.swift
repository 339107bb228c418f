import Diagnostics
import Foundation
import Freezing
import Laboratory
import TestKit
import Testing
import Toolchain

/// What `larmor check --explain-freeze --effects` says: beside each program stands what is printed.
///
/// `UPDATE_GOLDEN=1` writes them anew; read what has changed before you keep it.
@Suite struct FreezeExplanationTests {
  private static let programs = Repository.files(
    below: GoldenProgram.folder + "/explanations", endingIn: ".exp")
  private static let corpus = GoldenProgram.all.filter { $0.stage == .prove }.map(\.path)

  @Test func thereAreEnough() { #expect(Self.programs.count >= 4 && Self.corpus.count >= 40) }

  private func loaded(_ path: String) -> LoadedProgram {
    load(path, Repository.bytes(of: path) ?? []) { name in
      Repository.bytes(of: name).map { .success($0) } ?? .failure(.notFound)
    }
  }

  @Test(arguments: programs) func readsAsRecorded(_ path: String) throws {
    let program = loaded(path)
    let kernels = try #require(explainFreeze(of: program, against: .defaultLaboratory))
    let shared = try #require(effects(of: program, against: .defaultLaboratory))
    #expect(!kernels.isEmpty && !shared.isEmpty)
    let text =
      text(of: kernels, in: program.sources, home: program.main)
      + text(of: shared, in: program.sources)
    let expected = String(path.dropLast(4)) + ".txt"
    if Repository.isUpdating {
      #expect(Repository.write(text, to: expected), "\(expected) cannot be written")
      return
    }
    #expect(text == Repository.text(of: expected), "\(path) is explained otherwise than recorded")
  }

  /// What is called stale in the explanation is what is reported, and the JSON says it, too.
  @Test(arguments: corpus + programs) func agreesWithTheErrors(_ path: String) throws {
    let program = loaded(path)
    let checked = check(program, against: .defaultLaboratory)
    guard let kernels = explainFreeze(of: program, against: .defaultLaboratory) else { return }
    func places(_ code: Code) -> Set<Span> {
      Set(checked.diagnostics.filter { $0.code == code }.map(\.span))
    }
    let stale = kernels.flatMap(\.calls).filter { call in
      if case .stale = call.reason { true } else { false }
    }
    #expect(Set(stale.map(\.span)) == places(.staleCapture), "\(path)")
    let unsafe = kernels.flatMap(\.hostCalls).filter { !$0.written.isEmpty }
    #expect(Set(unsafe.map(\.span)) == places(.writtenWhileRunning), "\(path)")
    for call in kernels.flatMap(\.calls) { #expect(!call.images.isEmpty, "\(path)") }

    let shared = effects(of: program, against: .defaultLaboratory)
    let json = json(
      of: checked.diagnostics, in: program.sources, file: path, explaining: kernels,
      effects: shared)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.compact.utf8)) as? [String: Any])
    let shown = try #require(object["freeze"] as? [[String: Any]])
    #expect(shown.count == kernels.count)
    let experiments = try #require(object["effects"] as? [[String: Any]])
    #expect(experiments.count == shared?.count)
    for experiment in experiments {
      #expect((experiment["stages"] as? [String: Any])?.count == 3)
      #expect((experiment["entry"] is NSNull) != (experiment["entry_obstacle"] is NSNull))
    }
    let calls = shown.flatMap { $0["calls"] as? [[String: Any]] ?? [] }
    let meanwhile = kernels.flatMap { kernel in
      kernel.calls.filter { call in
        guard case .writtenWhileRunning = call.reason else { return false }
        return kernel.hostCalls.contains { !$0.written.isEmpty }
      }
    }
    #expect(
      calls.filter { $0["safe"] as? Bool == false }.count == stale.count + meanwhile.count,
      "\(path)")
  }
}
