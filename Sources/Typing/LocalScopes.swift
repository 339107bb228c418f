/// The locals in scope, by name: one table for all open scopes, and what each has changed in it.
struct LocalScopes {
  private(set) var locals: [String: LocalID] = [:]
  /// What the names given in the open scopes stood for before.
  private var changes: [(name: String, before: LocalID?)] = []
  /// How many changes there were when each open scope was opened.
  private var starts: [Int] = []

  subscript(name: String) -> LocalID? { locals.isEmpty ? nil : locals[name] }

  mutating func open() { starts.append(changes.count) }

  mutating func close() {
    let start = starts.removeLast()
    while changes.count > start {
      let change = changes.removeLast()
      locals[change.name] = change.before
    }
  }

  /// Has `name` stand for `local` until the innermost open scope ends; nothing without one.
  mutating func bind(_ name: String, to local: LocalID) {
    guard !starts.isEmpty else { return }
    changes.append((name, locals.updateValue(local, forKey: name)))
  }
}
