import Diagnostics
import Typing

// The repairs that the messages offer. An edit is offered only where the program compiles with it.

extension FreezeReporter {
  private func source(_ span: Span) -> Source { program.sources[span.source] }

  /// The white space at the beginning of the line on which `offset` lies.
  private func indentation(at offset: UInt32, in source: Source) -> String {
    let line = source.position(of: offset).line
    return String(source.line(line).prefix { $0 == " " || $0 == "\t" })
  }

  // MARK: Compile again

  /// More insertions than these are no help.
  static let insertionCountMax = 4

  func recompile(_ found: StaleCall, kernel: FunctionID) -> Fix {
    let statement =
      preload(kernel, in: found.call.function) ?? "preload \(program[kernel].name)"
    if found.stale.isWithinStatement {
      return Fix(
        "compile it again between the change and the call: `\(statement)` on a line of its own")
    }
    if let writes = statementsThatWrite(found, kernel: kernel) {
      return Fix(
        "compile it again after the change",
        writes.map { insertion(of: $0.text, after: $0.span) }, application: .always)
    }
    if let edit = insertion(of: statement, before: found.call, kernel: kernel) {
      return Fix("compile it again before the call", [edit], application: .always)
    }
    return Fix("compile it again between the change and the call: `\(statement)`")
  }

  /// `preload` of the kernel as it is called in `function`; nil where it has no name there, as in a
  /// part that it does not belong to.
  private func preload(_ kernel: FunctionID, in function: FunctionID) -> String? {
    // A part's members are called by its path: `readout.window`.
    let own = program[function].name
    let path = own.lastIndex(of: ".").map { own[...$0] } ?? ""
    guard program[kernel].name.hasPrefix(path) else { return nil }
    return "preload \(program[kernel].name.dropFirst(path.count))"
  }

  /// The statements behind which the kernel would have to be compiled again; nil where that would
  /// not do.
  private func statementsThatWrite(
    _ found: StaleCall, kernel: FunctionID
  ) -> [(span: Span, text: String)]? {
    if mayComeByError(found) { return nil }
    var spans: [Span: String] = [:]
    for set in Set(found.stale.row) {
      let members = analysis.sites.members(of: set)
      if members.count >= Sites.setCountMax { return nil }
      for number in members {
        guard let site = analysis.sites[number], case .around(let span) = site.place,
          isStatement(span), isHome(site.function, of: kernel),
          let text = preload(kernel, in: site.function)
        else { return nil }
        spans[span] = text
      }
    }
    // Of statements that follow each other directly the last one is enough, unless something may
    // catch an error that leaves between them.
    let sorted = spans.keys.sorted { ($0.source.index, $0.start) < ($1.source.index, $1.start) }
    var result: [Span] = []
    for span in sorted {
      if !analysis.tracksErrors, let last = result.last, last.source == span.source,
        isBlank(last.end, span.start, in: source(span))
      {
        result.removeLast()
      }
      result.append(span)
    }
    guard result.count <= Self.insertionCountMax else { return nil }
    return result.map { ($0, spans[$0] ?? "") }
  }

  private func isBlank(_ start: UInt32, _ end: UInt32, in source: Source) -> Bool {
    guard start <= end, Int(end) <= source.bytes.count else { return false }
    return source.bytes[Int(start)..<Int(end)].allSatisfy {
      [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ";")].contains($0)
    }
  }

  /// Whether the name of the kernel is known in `function` and `preload` may stand there.
  private func isHome(_ function: FunctionID, of kernel: FunctionID) -> Bool {
    guard program[function].owner == program[kernel].owner else { return false }
    switch program[function].kind {
    case .stage(.run), .host: break
    case .portable, .kernel, .seamlessKernel, .stage, .initializer, .test, .requirement:
      return false
    }
    return !index.functionsOfKernels.contains(function)
  }

  /// A call that writes and then throws skips what stands behind it.
  private func mayComeByError(_ found: StaleCall) -> Bool {
    guard analysis.tracksErrors else { return false }
    return found.stale.row.contains { set in
      analysis.sites.members(of: set).contains { number in
        switch analysis.sites[number]?.kind {
        case .call?, .kernel?: true
        case .write?, .preload?, .start?, nil: false
        }
      }
    }
  }

  /// Puts `text` behind the statement at `span`: on a line of its own if the line ends there.
  private func insertion(of text: String, after span: Span) -> Edit {
    let source = source(span)
    var end = Int(span.end)
    var offset = end
    while offset < source.bytes.count, source.bytes[offset] == 0x20 || source.bytes[offset] == 0x09
    { offset += 1 }
    let endsLine =
      offset >= source.bytes.count || source.bytes[offset] == 0x0A || source.bytes[offset] == 0x0D
      || source.bytes[offset] == UInt8(ascii: "#")
    guard endsLine else { return Edit(Span(span.source, end, end), "; \(text)") }
    while offset < source.bytes.count, source.bytes[offset] != 0x0A, source.bytes[offset] != 0x0D {
      offset += 1
    }
    end = offset
    return Edit(Span(span.source, end, end), "\n\(indentation(at: span.start, in: source))\(text)")
  }

  /// Puts `text` before the statement that calls: on a line of its own where that begins a line.
  private func insertion(of text: String, before call: Site, kernel: FunctionID) -> Edit? {
    guard isHome(call.function, of: kernel), preload(kernel, in: call.function) != nil else {
      return nil
    }
    let span: Span
    switch call.place {
    case .none: return nil
    case .before(let statement), .around(let statement): span = statement
    }
    guard isStatement(span) else { return nil }
    let source = source(span)
    let start = Int(span.start)
    let line = source.position(of: span.start).line
    let lineStart = Int(source.lineStarts[line - 1])
    guard lineStart <= start else { return nil }
    let before = source.bytes[lineStart..<start].reversed().first { $0 != 0x20 && $0 != 0x09 }
    if let before {
      guard before == UInt8(ascii: "{") || before == UInt8(ascii: ";") else { return nil }
      return Edit(Span(span.source, start, start), "\(text); ")
    }
    return Edit(
      Span(span.source, start, start), "\(text)\n\(indentation(at: span.start, in: source))")
  }

  /// Whether a statement of the source stands at `span`: not what a `match` compares, nor a case.
  private func isStatement(_ span: Span) -> Bool {
    let bytes = source(span).bytes
    var before = Int(span.start)
    while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
    let begins =
      before == 0
      || [0x0A, 0x0D, UInt8(ascii: "{"), UInt8(ascii: ";"), UInt8(ascii: ":")].contains(
        bytes[before - 1])
    return begins && !bytes[Int(span.start)...].starts(with: Array("case ".utf8))
  }

  // MARK: Pass the value

  /// With more calls than these the edits would hide what is meant.
  static let callCountMax = 64
  /// So many values are better passed as one.
  static let valueCountMax = 8

  /// Makes what is captured parameters of the kernel.
  ///
  /// With edits where the kernel is simple enough to be sure of them.
  func passValue(_ captures: [CapturedPath], to kernel: FunctionID) -> Fix? {
    guard captures.count <= 4 * Self.valueCountMax else { return nil }
    var members: [Member] = []
    for captured in captures where !members.contains(where: { $0.id == captured.member }) {
      members.append(program[captured.member])
    }
    guard members.count <= Self.valueCountMax else { return nil }
    let message = "or pass the value at the call, where it may differ each time"
    let function = program[kernel]
    let parameters = members.map { "\(ownName($0.name)): \(program.text($0.type))" }.joined(
      separator: ", ")
    guard let open = closingParenthesis(ofSignature: function) else { return nil }
    let separator = function.parameters.isEmpty ? "" : ", "
    if isSimple(function, members), let calls = calls(of: kernel, passing: members) {
      var edits = [Edit(Span(function.nameSpan.source, open, open), separator + parameters)]
      let arguments = members.map(\.name).joined(separator: ", ")
      for call in calls {
        guard let edit = appending(arguments, to: call) else {
          return advice(message, function, parameters)
        }
        edits.append(edit)
      }
      return Fix(message, edits)
    }
    return advice(message, function, parameters)
  }

  private func advice(_ message: String, _ function: TypedFunction, _ parameters: String) -> Fix {
    let own = writtenParameters(of: function)
    let all = own.isEmpty ? parameters : "\(own), \(parameters)"
    let result = function.result == .unit ? "" : " -> \(program.text(function.result))"
    return Fix("\(message): `kernel \(ownName(function.name))(\(all))\(result)`")
  }

  /// The parameters of the kernel as they stand in the source, with labels and defaults, on a line.
  private func writtenParameters(of function: TypedFunction) -> String {
    let source = source(function.nameSpan)
    let plain = function.parameters.map { "\($0.name): \(program.text($0.type))" }.joined(
      separator: ", ")
    guard let close = closingParenthesis(ofSignature: function),
      let open = source.bytes[Int(function.nameSpan.end)..<close].firstIndex(of: UInt8(ascii: "("))
    else { return plain }
    let text = source.text(Span(function.nameSpan.source, open + 1, close))
    return text.contains("\n") ? plain : text
  }

  /// How a member of a part calls itself.
  private func ownName(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }

  /// Whether the kernel alone mentions the members, under names that it does not use otherwise.
  private func isSimple(_ function: TypedFunction, _ members: [Member]) -> Bool {
    guard function.parameters.allSatisfy({ $0.defaultValue == nil && $0.label == nil }),
      !function.name.contains("."), !members.contains(where: { $0.name.contains(".") })
    else {
      return false
    }
    for member in members {
      if function.locals.contains(where: { $0.name == member.name }) { return false }
      if !canBeParameter(member.type) { return false }
    }
    let ids = Set(members.map(\.id))
    // What it lends to the host must be the host's own still.
    var isLent = false
    function.body.visit { node in
      if case .place(let place) = node, case .member(let id) = place.root, ids.contains(id) {
        isLent = true
      }
    }
    if isLent { return false }
    for other in table.captures.reachable(from: function.id) where other != function.id {
      if table.captures.facts(of: other)?.mentions.contains(where: { ids.contains($0.member) })
        == true
      {
        return false
      }
    }
    return true
  }

  /// Whether a kernel can be given such a value, and the type can be written as it is printed.
  private func canBeParameter(_ type: Type) -> Bool {
    switch type {
    case .boolean, .integer, .integer32, .float, .duration, .timestamp: true
    case .enumeration(_, let arguments): arguments.isEmpty
    case .array(let element), .fixedArray(let element, _): canBeParameter(element)
    case .tuple(let parts): parts.allSatisfy(canBeParameter)
    case .structure(let id, let arguments):
      arguments.isEmpty && program.fieldTypes(of: id, arguments).allSatisfy(canBeParameter)
    case .unknown, .never, .unit, .string, .optional, .error, .anyError, .function, .interface,
      .driver, .channel, .recording, .simulation, .parameter:
      false
    }
  }

  /// All calls of the kernel, if they all stand in host code of its experiment where its captures
  /// mean the same.
  private func calls(of kernel: FunctionID, passing members: [Member]) -> [TypedExpression]? {
    let known = index.callsOfKernel[kernel] ?? []
    guard !index.takenKernels.contains(kernel), known.count <= Self.callCountMax else { return nil }
    var result: [TypedExpression] = []
    let names = Set(members.map(\.name))
    for (function, call) in known {
      guard FreezeAnalysis.isHost(program[function]),
        program[function].owner == program[kernel].owner,
        !program[function].locals.contains(where: { names.contains($0.name) })
      else { return nil }
      result.append(call)
    }
    return result
  }

  /// The offset of the `)` of the kernel's parameters.
  private func closingParenthesis(ofSignature function: TypedFunction) -> Int? {
    let bytes = source(function.nameSpan).bytes
    var depth = 0
    for offset in Int(
      function.nameSpan.end)..<max(
        Int(function.nameSpan.end), min(bytes.count, Int(function.span.end)))
    {
      switch bytes[offset] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return hasTrailingComma(before: offset, bytes) ? nil : offset }
      case UInt8(ascii: "#"): return nil
      default: break
      }
    }
    return nil
  }

  private func hasTrailingComma(before offset: Int, _ bytes: [UInt8]) -> Bool {
    var offset = offset - 1
    while offset >= 0, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset -= 1 }
    return offset >= 0 && bytes[offset] == UInt8(ascii: ",")
  }

  private func appending(_ arguments: String, to call: TypedExpression) -> Edit? {
    guard case .call(_, _, let own) = call.kind else { return nil }
    let bytes = source(call.span).bytes
    let close = Int(call.span.end) - 1
    guard bytes.indices.contains(close), bytes[close] == UInt8(ascii: ")"),
      !hasTrailingComma(before: close, bytes)
    else { return nil }
    return Edit(Span(call.span.source, close, close), (own.isEmpty ? "" : ", ") + arguments)
  }

  // MARK: Snapshot

  /// Reads the shared value once in `prepare`, under another name that the kernel then captures.
  func snapshot(of member: Member, at mention: Span, in function: FunctionID) -> Fix {
    let name = "\(ownName(member.name))_now"
    let mentioned =
      member.keyFunction == nil ? member.name : program.sources[mention.source].text(mention)
    let message = "take a snapshot in `prepare`: `let \(name) = \(mentioned)`"
    guard case .experiment(let id) = program[function].owner, member.keyFunction == nil,
      !member.name.contains("."),
      !program[function].name.contains("."), !program.members.contains(where: { $0.name == name }),
      !program.functions.contains(where: {
        $0.name == name || $0.locals.contains { $0.name == name }
      })
    else { return Fix(message) }
    let use = Edit(mention, name)
    if let prepare = program[id].prepare {
      let body = program[prepare].body.span
      let source = source(body)
      let start = Int(body.start)
      guard source.bytes.indices.contains(start), source.bytes[start] == UInt8(ascii: "{") else {
        return Fix(message)
      }
      let place = Span(body.source, start + 1, start + 1)
      if source.line(source.position(of: body.start).line).hasSuffix("{") {
        let indentation = indentation(at: body.start, in: source)
        return Fix(message, [Edit(place, "\n\(indentation)    let \(name) = \(member.name)"), use])
      }
      return Fix(message, [Edit(place, " let \(name) = \(member.name);"), use])
    }
    let kernel = program[function]
    let source = source(kernel.span)
    let start = Int(kernel.span.start)
    let indentation = indentation(at: kernel.span.start, in: source)
    let text =
      "prepare {\n\(indentation)    let \(name) = \(member.name)\n\(indentation)}\n\n\(indentation)"
    return Fix(message, [Edit(Span(kernel.span.source, start, start), text), use])
  }
}
