package import Diagnostics
package import Freezing
package import Laboratory
import Typing

// What `larmor check --effects` says.

/// What an experiment reads and writes of the shared values, stage by stage, and what of its `run`
/// the device can do without asking the host again.
package struct ExperimentEffects: Sendable {
  package let name: String
  package let span: Span
  package let stages: [StageAccess]
  package let ahead: RunAhead?
  /// The names of the kernels in `ahead`.
  let kernelNames: [FunctionID: String]
}

/// The effects of the experiments of the main source of `loaded`; nil of a program that could not
/// be typed.
package func effects(of loaded: LoadedProgram, against description: SystemDescription)
  -> [ExperimentEffects]?
{
  guard let program = typedProgram(loaded, against: description) else { return nil }
  return program.experiments.filter { !$0.isPart && $0.nameSpan.source == program.main }.map {
    experiment in
    let ahead = program.runAhead(of: experiment)
    let kernels = (ahead?.calls.map(\.kernel) ?? []) + [ahead?.entry?.kernel].compactMap { $0 }
    return ExperimentEffects(
      name: experiment.name, span: experiment.nameSpan,
      stages: program.sharedAccess(of: experiment), ahead: ahead,
      kernelNames: Dictionary(kernels.map { ($0, program[$0].name) }) { first, _ in first })
  }
}

/// The effects in words, a paragraph for each experiment.
package func text(of effects: [ExperimentEffects], in sources: SourceSet) -> String {
  if effects.isEmpty { return "there is no experiment here\n" }
  let text = EffectsText(places: PlaceNames(sources: sources, home: effects[0].span.source))
  return effects.map(text.paragraph).joined(separator: "\n")
}

/// The effects as `larmor check --effects --json` has them under `effects`.
package func json(of effects: [ExperimentEffects], in sources: SourceSet, file: String) -> JSONValue
{
  let json = EffectsJSON(sources: sources, file: file)
  return .array(effects.map(json.value))
}

private struct EffectsText {
  let places: PlaceNames

  func paragraph(_ effects: ExperimentEffects) -> String {
    var lines = ["experiment `\(effects.name)`, \(line(effects.span))"]
    for stage in effects.stages {
      let name = stage.stage.rawValue.padded(to: 8)
      let parts = [("reads", stage.reads), ("writes", stage.writes)].filter { !$0.1.isEmpty }
        .map { verb, access in
          "\(verb) "
            + access.map { "\(quoted($0.keys)) (\(line($0.span)))" }.joined(separator: ", ")
        }
      lines.append(
        "  \(name)  \(parts.isEmpty ? "no shared values" : parts.joined(separator: "; "))")
    }
    lines += notes(on: effects)
    guard let ahead = effects.ahead else { return lines.joined(separator: "\n") + "\n" }
    if let entry = ahead.entry {
      let name = effects.kernelNames[entry.kernel] ?? ""
      lines.append(
        "  entry     `\(name)` on \(line(entry.span)): its arguments are known when `prepare` has ended"
      )
    } else if let obstacle = ahead.entryObstacle {
      lines.append("  entry     none: \(entryReason(obstacle))")
    }
    if !ahead.calls.isEmpty { lines.append("  calls") }
    for call in ahead.calls {
      let name = effects.kernelNames[call.kernel] ?? ""
      let verdict =
        call.obstacle.map { "waits: \(callReason($0))" }
        ?? "can be queued while those before it run"
      lines.append("    \(line(call.span))  `\(name)`  \(verdict)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Of keys that are computed while the experiment runs: what they stand for.
  private func notes(on effects: ExperimentEffects) -> [String] {
    var seen: Set<Span> = []
    return effects.stages.flatMap { $0.reads + $0.writes }.compactMap { keys, span in
      guard case .prefix(let text) = keys, seen.insert(span).inserted else { return nil }
      return
        "  note      the key on \(line(span)) is computed while it runs: it counts as every key that begins with \"\(escaped(text))\""
    }
  }

  private func quoted(_ keys: SharedKeys) -> String {
    switch keys {
    case .one(let key): "\"\(escaped(key))\""
    case .prefix(let text): "every \"\(escaped(text))…\""
    }
  }

  /// As a literal of the language has it, on one line.
  private func escaped(_ key: String) -> String {
    var result = ""
    for scalar in key.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private func entryReason(_ obstacle: RunAhead.Obstacle) -> String {
    switch obstacle {
    case .argument(let span): "an argument on \(line(span)) is known only while `run` runs"
    case .hostCode(let span), .condition(let span), .compilePoint(let span), .attempt(let span),
      .pause(let span), .callee(let span), .order(let span), .sharedWrite(let span),
      .output(let span):
      "`run` begins with something else on \(line(span))"
    }
  }

  private func callReason(_ obstacle: RunAhead.Obstacle) -> String {
    switch obstacle {
    case .hostCode(let span): "for the host on \(line(span))"
    case .argument(let span): "an argument depends on \(line(span))"
    case .condition(let span): "whether it is called depends on \(line(span))"
    case .compilePoint(let span): "the `preload` on \(line(span)) ends the queue"
    case .attempt(let span): "an error in the `try` on \(line(span)) would lead elsewhere"
    case .pause(let span): "something else may run at the `pause()` on \(line(span))"
    case .callee(let span): "for the kernels that are started from \(line(span))"
    case .order(let span): "which kernels run before it depends on \(line(span))"
    case .sharedWrite(let span): "for the shared value that is written on \(line(span))"
    case .output(let span): "for what is printed on \(line(span))"
    }
  }

  private func line(_ span: Span) -> String { places.line(span) }
}

private struct EffectsJSON {
  let sources: SourceSet
  let file: String

  func value(_ effects: ExperimentEffects) -> JSONValue {
    var members: [JSONValue.Member] = [.init("experiment", .string(effects.name))]
    members += place(effects.span, in: sources, unless: file)
    members.append(
      .init(
        "stages",
        .object(effects.stages.map { .init($0.stage.rawValue, value($0)) })))
    let entry = effects.ahead?.entry.map { entry in
      JSONValue.object(
        [.init("kernel", .string(effects.kernelNames[entry.kernel] ?? ""))]
          + place(entry.span, in: sources, unless: file))
    }
    members.append(.init("entry", entry ?? .null))
    members.append(
      .init("entry_obstacle", effects.ahead?.entryObstacle.map(value) ?? .null))
    let calls = (effects.ahead?.calls ?? []).map { call in
      JSONValue.object(
        [.init("kernel", .string(effects.kernelNames[call.kernel] ?? ""))]
          + place(call.span, in: sources, unless: file) + [
            .init("ahead", .bool(call.obstacle == nil)),
            .init("obstacle", call.obstacle.map(value) ?? .null),
          ])
    }
    members.append(.init("calls", .array(calls)))
    return .object(members)
  }

  private func value(_ access: StageAccess) -> JSONValue {
    ["reads": .array(access.reads.map(value)), "writes": .array(access.writes.map(value))]
  }

  private func value(_ access: (keys: SharedKeys, span: Span)) -> JSONValue {
    let key: JSONValue.Member =
      switch access.keys {
      case .one(let key): .init("key", .string(key))
      case .prefix(let text): .init("prefix", .string(text))
      }
    return .object([key] + place(access.span, in: sources, unless: file))
  }

  private func value(_ obstacle: RunAhead.Obstacle) -> JSONValue {
    let kind =
      switch obstacle {
      case .hostCode: "host_code"
      case .argument: "argument"
      case .condition: "condition"
      case .compilePoint: "preload"
      case .attempt: "try"
      case .pause: "pause"
      case .callee: "host_function"
      case .order: "order"
      case .sharedWrite: "shared_write"
      case .output: "output"
      }
    return .object(
      [.init("kind", .string(kind))] + place(obstacle.place, in: sources, unless: file))
  }
}
