import Diagnostics

// Recordings never leave the device (rule 46).

extension TypedProgram {
  /// Whether a value of `type` is a recording or holds one.
  func holdsRecording(_ type: Type) -> Bool {
    var seen: Set<Type> = []
    return holdsRecording(type, &seen)
  }

  private func holdsRecording(_ type: Type, _ seen: inout Set<Type>) -> Bool {
    switch type {
    case .recording: true
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _):
      holdsRecording(inner, &seen)
    case .tuple(let parts): parts.contains { holdsRecording($0, &seen) }
    case .structure(let id, let arguments):
      seen.insert(type).inserted
        && fieldTypes(of: id, arguments).contains { holdsRecording($0, &seen) }
    case .enumeration(let id, let arguments):
      seen.insert(type).inserted
        && payloadTypes(of: id, arguments).joined().contains { holdsRecording($0, &seen) }
    case .error(let id):
      seen.insert(type).inserted && self[id].payload.contains { holdsRecording($0.type, &seen) }
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .float, .duration,
      .timestamp, .anyError, .function, .interface, .driver, .channel, .simulation, .parameter:
      false
    }
  }
}

extension Typer {
  /// Says so where the host is to keep a recording or to be given one.
  mutating func rejectRecordingsOnHost() {
    func onHost(_ what: String, at span: Span) -> Diagnostic {
      Diagnostic(
        .deviceOutOfPlace, "\(what) a recording, which never leaves the device", at: span,
        notes: [
          "Its events lie in the device's memory. It may be a local of a kernel, or `resident`."
        ])
    }
    for member in program.members where program.holdsRecording(member.type) {
      switch member.kind {
      case .variable, .shared, .dataset, .prepared, .constant:
        report(onHost("`\(member.name)` is kept by the host and holds", at: member.nameSpan))
      case .resident, .device, .field: break
      // Of what an argument may be is said more.
      case .argument: break
      }
    }
    for error in program.errors where program.holdsRecording(.error(error.id)) {
      report(onHost("`\(error.name)` may reach the host and carries", at: error.nameSpan))
    }
    for function in program.functions where function.kind == .host {
      for parameter in function.parameters where program.holdsRecording(parameter.type) {
        report(
          onHost("`\(function.name)` runs on the host and would be given", at: parameter.span))
      }
    }
  }
}
