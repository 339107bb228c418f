package import Diagnostics
package import Freezing
package import Laboratory
import Typing

// What `larmor check --explain-freeze` says.

/// Explains the freeze rule for the kernels of `loaded`; nil of a program that could not be typed.
package func explainFreeze(of loaded: LoadedProgram, against description: SystemDescription)
  -> [KernelExplanation]?
{
  typedProgram(loaded, against: description).map { Freezing.explainFreeze(of: $0) }
}

/// The program as it is typed; nil where it has errors up to there.
func typedProgram(_ loaded: LoadedProgram, against description: SystemDescription) -> TypedProgram?
{
  guard !loaded.diagnostics.contains(where: { $0.severity == .error }) else { return nil }
  let typed = type(loaded.modules, against: description)
  return typed.hasErrors ? nil : typed.value
}

/// The diagnostics of `file` as `larmor check --json` prints them, with `kernels` under `freeze`,
/// and `effects` under `effects`, where they are asked for.
package func json(
  of diagnostics: [Diagnostic], in sources: SourceSet, file: String,
  explaining kernels: [KernelExplanation]?, effects: [ExperimentEffects]? = nil
) -> JSONValue {
  let plain = Diagnostics.json(of: diagnostics, in: sources, file: file)
  guard case .object(var members) = plain else { return plain }
  if let kernels {
    let list = kernels.map { FreezeJSON(sources: sources, file: file).value($0) }
    members.append(.init("freeze", .array(list)))
  }
  if let effects {
    members.append(.init("effects", json(of: effects, in: sources, file: file)))
  }
  return .object(members)
}

/// The explanation of `kernels` in words, a paragraph for each; of places outside of `home` the
/// file is named.
package func text(of kernels: [KernelExplanation], in sources: SourceSet, home: SourceID) -> String
{
  if kernels.isEmpty { return "no kernel is started here\n" }
  let text = FreezeText(places: PlaceNames(sources: sources, home: home))
  return kernels.map(text.paragraph).joined(separator: "\n")
}

private struct FreezeText {
  let places: PlaceNames

  func paragraph(_ kernel: KernelExplanation) -> String {
    let owner = kernel.experiment.map { " of \($0)" } ?? ""
    var lines = ["kernel `\(kernel.name)`\(owner), \(line(kernel.span))"]
    lines.append("  captures" + (kernel.captures.isEmpty ? " nothing" : ""))
    let width = kernel.captures.map { "\($0.text): \($0.type)".count }.max() ?? 0
    for captured in kernel.captures {
      let head = "\(captured.text): \(captured.type)"
      let origin = "\(words(captured.origin)), \(line(captured.declaration))"
      var text = "    \(head.padded(to: width))  \(origin); read on \(line(captured.mention))"
      if !captured.writes.isEmpty { text += "; written on \(list(captured.writes.map(line)))" }
      lines.append(text)
    }
    lines.append("  compiled")
    lines += kernel.compilePoints.map { "    \(words($0))" }
    if !kernel.hostCalls.isEmpty { lines.append("  host code that it runs meanwhile") }
    for call in kernel.hostCalls {
      let verdict =
        call.written.isEmpty
        ? "safe: it writes nothing that `\(kernel.name)` captures"
        : "NOT safe: it writes \(names(call.written, of: kernel)) (E0302)"
      lines.append("    \(line(call.span))\n      \(verdict)")
    }
    switch kernel.starter {
    case .host: lines.append("  calls")
    case .kernels(let names):
      lines.append("  is part of \(list(names.map { "`\($0)`" })), and called by no host code")
    case .device: lines.append("  called by the device, once `run` has ended")
    case .nobody: lines.append("  called by nobody")
    }
    for call in kernel.calls {
      let images = list(call.images.map(words), or: true)
      lines.append("    \(line(call.span)), compiled: \(images)")
      lines.append("      \(reason(call.reason, of: kernel))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func names(_ captures: [Int], of kernel: KernelExplanation) -> String {
    list(captures.map { "`\(kernel.captures[$0].text)`" })
  }

  private func reason(_ reason: KernelExplanation.Reason, of kernel: KernelExplanation) -> String {
    switch reason {
    case .nothingWritten:
      return kernel.captures.isEmpty
        ? "safe: it captures nothing"
        : "safe: nothing that it captures is written once it is compiled"
    case .compiledSince(let captures):
      let but = kernel.compilePoints.count > 1 ? " but through a `preload`" : ""
      return "safe: no way leads from a write of \(names(captures, of: kernel)) to this call\(but)"
    case .compiledSinceMended(let captures, let span):
      return
        "safe once the call on \(line(span)) is: no other way leads from a write of \(names(captures, of: kernel)) to this call"
    case .writtenWhileRunning(let captures):
      return
        "NOT safe: host code that it can run writes \(names(captures, of: kernel)), now or for another kernel before (E0302)"
    case .stale(let captures):
      return "NOT safe: \(names(captures, of: kernel)) may have changed since (E0301)"
    }
  }

  private func words(_ origin: KernelExplanation.Origin) -> String {
    switch origin {
    case .argument: "argument"
    case .use: "argument fixed by `use`"
    case .constant: "constant"
    case .variable: "variable"
    case .prepare: "from `prepare`"
    }
  }

  private func words(_ point: KernelExplanation.CompilePoint) -> String {
    switch point {
    case .endOfPrepare: "at the end of `prepare`"
    case .start: "before `run` begins"
    case .preload(let span): "by `preload` on \(line(span))"
    }
  }

  private func line(_ span: Span) -> String { places.line(span) }

  /// `a, b and c`, each once.
  private func list(_ parts: [String], or isChoice: Bool = false) -> String {
    var unique: [String] = []
    for part in parts where !unique.contains(part) { unique.append(part) }
    guard let last = unique.last, unique.count > 1 else { return unique.first ?? "" }
    return unique.dropLast().joined(separator: ", ") + (isChoice ? " or " : " and ") + last
  }
}

private struct FreezeJSON {
  let sources: SourceSet
  let file: String

  func value(_ kernel: KernelExplanation) -> JSONValue {
    .object(
      [
        .init("kernel", .string(kernel.name)),
        .init("experiment", kernel.experiment.map { .string($0) } ?? .null),
      ] + place(kernel.span, in: sources, unless: file) + [
        .init("captures", .array(kernel.captures.map(value))),
        .init("compile_points", .array(kernel.compilePoints.map(value))),
        .init("host_calls", .array(kernel.hostCalls.map { value($0, of: kernel) })),
        .init("started_by", starter(kernel.starter)),
        .init("calls", .array(kernel.calls.map { value($0, of: kernel) })),
      ])
  }

  private func value(_ span: Span) -> JSONValue { .object(place(span, in: sources, unless: file)) }

  private func value(_ captured: KernelExplanation.Captured) -> JSONValue {
    [
      "path": .string(captured.text), "type": .string(captured.type),
      "from": .string(captured.origin.rawValue), "declared": value(captured.declaration),
      "read": value(captured.mention), "written": .array(captured.writes.map(value)),
    ]
  }

  private func value(_ point: KernelExplanation.CompilePoint) -> JSONValue {
    switch point {
    case .endOfPrepare: ["at": "prepare"]
    case .start: ["at": "start"]
    case .preload(let span):
      .object([.init("at", "preload")] + place(span, in: sources, unless: file))
    }
  }

  private func starter(_ starter: KernelExplanation.Starter) -> JSONValue {
    switch starter {
    case .host: "host"
    case .kernels(let names): .array(names.map { .string($0) })
    case .device: "device"
    case .nobody: .null
    }
  }

  private func value(_ call: KernelExplanation.HostCall, of kernel: KernelExplanation) -> JSONValue
  {
    .object(
      place(call.span, in: sources, unless: file) + [
        .init("safe", .bool(call.written.isEmpty)),
        .init("captures", .array(call.written.map { .string(kernel.captures[$0].text) })),
      ])
  }

  private func value(_ call: KernelExplanation.Call, of kernel: KernelExplanation) -> JSONValue {
    let reason: (name: String, captures: [Int]) =
      switch call.reason {
      case .nothingWritten: ("nothing_written", [])
      case .compiledSince(let captures): ("compiled_since", captures)
      case .compiledSinceMended(let captures, _): ("compiled_since_mended", captures)
      case .writtenWhileRunning(let captures): ("written_while_running", captures)
      case .stale(let captures): ("stale", captures)
      }
    let isSafe: Bool
    switch call.reason {
    case .stale, .writtenWhileRunning: isSafe = false
    case .nothingWritten, .compiledSince, .compiledSinceMended: isSafe = true
    }
    return .object(
      place(call.span, in: sources, unless: file) + [
        .init("images", .array(call.images.map(value))), .init("safe", .bool(isSafe)),
        .init("reason", .string(reason.name)),
        .init("captures", .array(reason.captures.map { .string(kernel.captures[$0].text) })),
      ])
  }
}
