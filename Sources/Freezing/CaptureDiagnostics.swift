import Diagnostics
import Typing

// What is wrong with what a kernel mentions: E0303, E0304, E0306.

extension FreezeReporter {
  /// Mentions of shared values and datasets in code that runs on the device, and writes of host
  /// variables there.
  func forbiddenMentions() -> [Diagnostic] {
    var result: [Diagnostic] = []
    for function in table.captures.deviceFunctions {
      guard let facts = table.captures.facts(of: function) else { continue }
      var seen: Set<Span> = []
      for (member, span) in facts.hostWrites where seen.insert(span).inserted {
        result.append(kernelWritesHost(program[member], at: span, in: function))
      }
      for (member, span) in facts.mentions where seen.insert(span).inserted {
        switch program[member].kind {
        case .shared: result.append(sharedCaptured(program[member], at: span, in: function))
        case .dataset: result.append(datasetCaptured(program[member], at: span))
        case .argument, .variable, .prepared, .constant, .resident, .device, .field: break
        }
      }
    }
    return result
  }

  /// What `cleanup` captures but may not: it is compiled at the end of `prepare` and runs long
  /// after (rule 37).
  func capturesInCleanup() -> [Diagnostic] {
    var result: [Diagnostic] = []
    for kernel in table.captures.kernels {
      guard case .stage(.cleanup) = program[kernel].kind else { continue }
      var seen: Set<MemberID> = []
      for captured in table.captures.paths(of: kernel) {
        let member = program[captured.member]
        switch member.kind {
        case .variable, .prepared(isVariable: true): break
        default: continue
        }
        guard seen.insert(captured.member).inserted else { continue }
        result.append(
          Diagnostic(
            .captureInCleanup, "`cleanup` cannot capture the variable `\(member.name)`",
            at: captured.mention,
            remark: "its value may have changed since `cleanup` was compiled",
            labels: [Label("`\(member.name)` is declared here", at: member.nameSpan)],
            notes: [
              "`cleanup` is compiled at the end of `prepare`, so that it can run however `run` ends; it captures "
                + "arguments, `let`s of `prepare` and constants."
            ],
            fixes: [Fix("keep what it needs in a `let` of `prepare`")]))
      }
    }
    return result
  }

  private func sharedCaptured(_ member: Member, at span: Span, in function: FunctionID)
    -> Diagnostic
  {
    // Of a family as it is mentioned, with its arguments.
    let name =
      member.keyFunction == nil
      ? member.name : program.sources[span.source].text(span)
    var fixes = [snapshot(of: member, at: span, in: function)]
    fixes.append(
      Fix("read it live, which waits a round trip to the host: `let current = await \(name)`"))
    let type = program.text(member.type)
    fixes.append(
      Fix(
        "make it the default of an argument, which can be captured and overridden: "
          + "`arg \(name)_value: \(type) = \(name)`"))
    return Diagnostic(
      .sharedCaptured, "the shared value `\(name)` cannot be captured by a kernel", at: span,
      remark: "its value here would be that of the time of compilation",
      labels: [
        Label(
          "`\(name)` is shared: another experiment may write it at any time", at: member.nameSpan)
      ],
      fixes: fixes)
  }

  private func datasetCaptured(_ member: Member, at span: Span) -> Diagnostic {
    let read = extent(of: span)
    return Diagnostic(
      .sharedCaptured, "the dataset `\(member.name)` cannot be captured by a kernel", at: span,
      remark: "its value here would be that of the time of compilation",
      labels: [Label("`\(member.name)` is what this run writes", at: member.nameSpan)],
      fixes: [
        Fix(
          "keep the value in a `var` of the experiment, beside the dataset, and `preload` the kernel after a change"
        ),
        Fix("or read it live, which waits a round trip to the host: `await \(read)`"),
        Fix("or pass the value at the call, as a parameter of the kernel"),
      ])
  }

  /// The value that is read where a dataset is mentioned: with the members and indices behind it.
  private func extent(of mention: Span) -> String {
    let bytes = program.sources[mention.source].bytes
    var end = Int(mention.end)
    func isWord(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte >= 0x80 || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }
    while end < bytes.count {
      var next = end
      if bytes[end] == UInt8(ascii: "."), end + 1 < bytes.count, isWord(bytes[end + 1]) {
        next += 1
        while next < bytes.count, isWord(bytes[next]) { next += 1 }
        if next < bytes.count, bytes[next] == UInt8(ascii: "(") { break }
      } else if bytes[end] == UInt8(ascii: "[") {
        while next < bytes.count, bytes[next] != UInt8(ascii: "]"), bytes[next] != 0x0A {
          next += 1
        }
        guard next < bytes.count, bytes[next] == UInt8(ascii: "]"),
          !bytes[end + 1..<next].contains(UInt8(ascii: "["))
        else { break }
        next += 1
      } else {
        break
      }
      end = next
    }
    return program.sources[mention.source].text(Span(mention.source, Int(mention.start), end))
  }

  private func kernelWritesHost(_ member: Member, at span: Span, in function: FunctionID)
    -> Diagnostic
  {
    let name = member.name
    var fixes = [
      Fix("return the value and assign it in `run`"),
      Fix("or `send` it: a `host fn` that writes `\(name)` is queued and the kernel goes on"),
    ]
    switch member.kind {
    case .variable:
      fixes.append(
        Fix("or make it state of the device: `resident \(name)` instead of `var \(name)`"))
    case .dataset:
      guard case .array = member.type else { break }
      fixes = [Fix("send what is to be stored: `send \(name).append(…)`")] + fixes.prefix(1)
    case .argument, .shared, .prepared, .constant, .resident, .device, .field: break
    }
    return Diagnostic(
      .kernelWritesHost,
      "`\(program[function].name)` runs on the device and cannot write `\(name)`", at: span,
      remark: "`\(name)` lives on the host",
      labels: [Label("declared here", at: member.nameSpan)], fixes: fixes)
  }
}
