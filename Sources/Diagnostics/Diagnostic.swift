/// How much a diagnostic matters.
package enum Severity: String, Sendable {
  case error, warning, note
}

/// A place that helps to understand a diagnostic, and what is to be seen there.
package struct Label: Hashable, Sendable {
  package let span: Span
  package let message: String
  package init(_ message: String, at span: Span) {
    self.span = span
    self.message = message
  }
}

/// The replacement of a span by a text; an empty span inserts.
package struct Edit: Hashable, Sendable {
  package let span: Span
  package let replacement: String
  package init(_ span: Span, _ replacement: String) {
    self.span = span
    self.replacement = replacement
  }
}

/// A change that would mend what is wrong; with no edits it is advice only.
package struct Fix: Hashable, Sendable {
  /// When `larmor check --fix` applies it.
  package enum Application: Hashable, Sendable {
    /// Where its diagnostic offers nothing else: what is offered beside it may be what was meant.
    case alone
    /// Also beside others, since the program then means what it was to mean.
    case always
    /// Not at all: it is a guess, or there are other ways that it does not name.
    case never
  }

  package let message: String
  package let edits: [Edit]
  package let application: Application
  package init(_ message: String, _ edits: [Edit] = [], application: Application = .alone) {
    self.message = message
    self.edits = edits
    self.application = application
  }
}

/// What is wrong with a program, as data: a stable code, where, why, and what to do about it.
package struct Diagnostic: Hashable, Sendable {
  package let code: Code
  package let message: String
  package let span: Span
  /// What is to be said at the primary span, beside the message.
  package let remark: String?
  package let labels: [Label]
  package var notes: [String]
  package let fixes: [Fix]

  package var severity: Severity { code.severity }

  /// The fix that can be applied without asking, if there is one: the first that is marked so, else
  /// the only one.
  package var certainFix: Fix? {
    if let fix = fixes.first(where: { $0.application == .always && !$0.edits.isEmpty }) {
      return fix
    }
    guard fixes.count == 1, let only = fixes.first, only.application == .alone,
      !only.edits.isEmpty
    else { return nil }
    return only
  }

  package init(
    _ code: Code, _ message: String, at span: Span, remark: String? = nil, labels: [Label] = [],
    notes: [String] = [], fixes: [Fix] = []
  ) {
    self.code = code
    self.message = message
    self.span = span
    self.remark = remark
    self.labels = labels
    self.notes = notes
    self.fixes = fixes
  }
}

/// The outcome of a pass over what a user wrote: a value, unless errors stood in its way, and what
/// is to be said.
package struct Checked<Value> {
  package let value: Value?
  package let diagnostics: [Diagnostic]
  package init(_ value: Value?, _ diagnostics: [Diagnostic]) {
    self.value = value
    self.diagnostics = diagnostics
  }
  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Checked: Sendable where Value: Sendable {}
