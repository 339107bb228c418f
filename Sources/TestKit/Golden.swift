import Running

/// What the golden runner found out about one program.
package struct GoldenVerdict: Sendable {
  package let complaints: [String]
  /// The engines that ran it.
  package let engines: [Engine]
}

extension GoldenProgram {
  /// Takes the program as far as its first line says and compares what becomes of it with its
  /// margin; it can import `files` by their paths.
  package func judged(importing files: [String: [UInt8]] = [:]) -> GoldenVerdict {
    onDeepStack { judgedHere(importing: files) }
  }

  private func judgedHere(importing files: [String: [UInt8]]) -> GoldenVerdict {
    var judgement = Judgement(of: self)
    let outcome = goThroughFrontEnd(importing: files)
    judgement.judgeDiagnostics(outcome)
    judgement.judgeFrontEnd(outcome)
    var engines: [Engine] = []
    if stage == .run {
      if let checked = outcome.checked {
        engines = judgement.judgeRuns(checked)
      } else if !outcome.hasErrors {
        judgement.complain(1, "nothing came out of the front end")
      }
    }
    return GoldenVerdict(complaints: judgement.complaints, engines: engines)
  }
}
