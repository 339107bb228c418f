package import Diagnostics
package import Running

/// The outcomes of a file's tests as `larmor test --json` prints them.
package func json(of outcomes: [TestOutcome], in sources: SourceSet, file: String) -> JSONValue {
  func failure(_ failure: TestOutcome.Failure) -> JSONValue {
    var members = [JSONValue.Member("message", .string(failure.message))]
    if let span = failure.span {
      let position = sources.position(of: span)
      members.append(JSONValue.Member("line", .integer(Int64(position.line))))
      members.append(JSONValue.Member("column", .integer(Int64(position.column))))
    }
    return .object(members)
  }
  return [
    "schema": 1, "file": .string(file),
    "tests": .array(
      outcomes.map { outcome in
        [
          "title": .string(outcome.title), "passed": .bool(outcome.hasPassed),
          "line": .integer(Int64(sources.position(of: outcome.span).line)),
          "expectations": .integer(Int64(outcome.expectationCount)),
          "failures": .array(outcome.failures.map(failure)),
          "output": .array(outcome.output.map { .string($0) }),
        ]
      }),
  ]
}
