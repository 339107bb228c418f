import Diagnostics
import Typing

// How a call comes to write what a kernel captures: the functions that it goes through.

extension FreezeReporter {
  /// By number of an `inout` parameter: what of a member it stands for.
  typealias Lent = [Int: MemberPath]

  /// How a site comes to write a capture: the functions that it goes through, and the write, if
  /// that is elsewhere.
  ///
  /// `lent`: what the parameters of the function stand for in which the site is.
  func chain(from site: Site, to capturing: Capturing, lent: Lent = [:]) -> (
    steps: [String], leaf: Span?
  ) {
    var steps: [String] = []
    var seen: Set<FunctionID> = []
    var current = site
    var lent = lent
    while true {
      let callee: FunctionID
      switch current.kind {
      case .write, .preload, .start: return (steps, steps.isEmpty ? nil : current.span)
      case .call(let function):
        callee = function
        lent = self.lent(to: function, at: current, in: lent)
      case .kernel(let kernel, let hostSite):
        steps.append(name(of: kernel))
        let site = table.captures.hostSites[hostSite]
        if site.function != kernel { steps.append(name(of: site.function)) }
        let operand = site.operand
        var finder = analysis
        let writers = finder.writes(of: operand)
        guard let write = writers.keys.filter({ changes($0, capturing) }).min(),
          let writer = writers[write] ?? nil
        else { return (steps, operand.span) }
        callee = writer
        lent = self.lent(to: writer, by: operand)
      }
      steps.append(name(of: callee))
      guard seen.insert(callee).inserted, let next = nextSite(in: callee, to: capturing, lent)
      else { return (steps, nil) }
      current = next
    }
  }

  private func changes(_ write: WriteID, _ capturing: Capturing) -> Bool {
    table.changes(of: write, in: capturing.kernel).contains(capturing)
  }

  /// The site in `callee`, whose parameters stand for `lent`, that writes the capture.
  func nextSite(in callee: FunctionID, to capturing: Capturing, _ lent: Lent) -> Site? {
    guard let written = analysis.summaries[callee]?.everWritten else { return nil }
    if let write = written.keys.filter({ changes($0, capturing) }).min() {
      return written[write].flatMap { analysis.sites[$0] }
    }
    var finder = analysis
    var ofParameters: Set<SiteID> = []
    for write in written.keys.sorted() {
      guard case .parameter(let part) = table.written[Int(write)], let site = written[write] else {
        continue
      }
      ofParameters.insert(site)
      guard let place = lent[part.parameter],
        let own = finder.table.write(place.path.appending(part.path), in: place.member),
        finder.table.changes(of: own, in: capturing.kernel).contains(capturing)
      else { continue }
      return analysis.sites[site]
    }
    // What a parameter stands for is not known: clear only where there is one site.
    return ofParameters.count == 1 ? ofParameters.first.flatMap { analysis.sites[$0] } : nil
  }

  /// What the parameters of `callee` stand for when it is called at `site`, in whose function they
  /// stand for `lent`.
  private func lent(to callee: FunctionID, at site: Site, in lent: Lent) -> Lent {
    var found: TypedExpression?
    program[site.function].body.visit { node in
      if case .expression(let expression) = node, expression.span == site.span, found == nil,
        case .call(callee, _, _) = expression.kind
      {
        found = expression
      }
    }
    let locals = program[site.function].parameters.map(\.local)
    return found.map {
      self.lent(to: callee, by: $0) { local in locals.firstIndex(of: local).flatMap { lent[$0] } }
    } ?? [:]
  }

  /// What the parameters of `callee` stand for, called by `operand`.
  func lent(to callee: FunctionID, by operand: TypedExpression) -> Lent {
    self.lent(to: callee, by: operand) { _ in nil }
  }

  private func lent(
    to callee: FunctionID, by call: TypedExpression, _ known: (LocalID) -> MemberPath?
  ) -> Lent {
    guard case .call(callee, _, let arguments) = call.kind else { return [:] }
    var result: Lent = [:]
    for (index, argument) in arguments.enumerated() {
      guard case .place(let place) = argument else { continue }
      let path = program.path(of: place)
      switch place.root {
      case .member(let member): result[index] = MemberPath(member: member, path: path)
      case .local(let local):
        guard let outer = known(local) else { continue }
        result[index] = MemberPath(member: outer.member, path: outer.path.appending(path))
      }
    }
    return result
  }

  func words(_ steps: [String], _ name: String) -> String {
    steps.isEmpty ? "" : ": " + sentence(steps, name)
  }

  /// `a` calls `b`, which calls `c`, which writes `name`.
  func sentence(_ steps: [String], _ name: String) -> String {
    guard let first = steps.first else { return "" }
    if steps.count == 1 { return "`\(first)` writes `\(name)`" }
    let rest = steps.dropFirst().map { "calls `\($0)`" }.joined(separator: ", which ")
    return "`\(first)` \(rest), which writes `\(name)`"
  }
}
