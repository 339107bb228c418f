import Typing

extension DeviceFacts {
  /// The roots that `origin` may stand for: members, and parameters of the function.
  ///
  /// Given only what it needs of the facts, which would be copied for each origin.
  static func forEachRoot(
    of origin: Origin, _ aliases: [LocalID: [Origin]], _ parameters: [LocalID],
    _ body: (Origin) -> Void
  ) {
    // Most are a member, or a local that is no copy of anything.
    switch origin.root {
    case .member: return body(origin)
    case .local(let local):
      if aliases[local] == nil {
        if parameters.contains(local) { body(origin) }
        return
      }
    }
    var seen = SeenOrigins()
    var pending = [origin]
    while let next = pending.popLast() {
      guard seen.insert(next) else { continue }
      switch next.root {
      case .member: body(next)
      case .local(let local):
        if parameters.contains(local) { body(next) }
        for source in aliases[local] ?? [] {
          pending.append(
            Origin(
              root: source.root, path: source.path.appending(next.path), mention: source.mention))
        }
      }
    }
  }
}

/// A set of origins, which mostly has one or two.
private struct SeenOrigins {
  private static let fewCount = 8
  private var few: [Origin] = []
  private var many: Set<Origin> = []

  /// Adds `origin`; false if it is there.
  mutating func insert(_ origin: Origin) -> Bool {
    if few.contains(origin) { return false }
    guard few.count == Self.fewCount else {
      few.append(origin)
      return true
    }
    return many.insert(origin).inserted
  }
}
