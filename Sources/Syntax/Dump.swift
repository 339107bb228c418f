package import Diagnostics

// The tree as text, for the tests: expressions in one line and fully parenthesised, one line for
// each statement and declaration.

extension ParsedModule {
  /// The whole tree as S-expressions.
  package var dump: String {
    var dumper = Dumper(self)
    for declaration in declarations { dumper.add(declaration) }
    return dumper.lines.joined(separator: "\n") + (dumper.lines.isEmpty ? "" : "\n")
  }

  /// One expression as an S-expression.
  package func dump(_ expression: ExpressionID) -> String { Dumper(self).text(expression) }
}

private struct Dumper {
  let module: ParsedModule
  private(set) var lines: [String] = []
  private var indentation = 0

  init(_ module: ParsedModule) { self.module = module }

  private mutating func line(_ parts: String?...) {
    let text = parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    lines.append(String(repeating: "  ", count: indentation) + text)
  }

  private mutating func nested(_ body: (inout Dumper) -> Void) {
    indentation += 1
    body(&self)
    indentation -= 1
  }

  // MARK: Declarations

  mutating func add(_ declaration: Declaration) {
    switch declaration {
    case .importing(let importing):
      switch importing.target {
      case .library(let name): line("import", name.text, importing.alias.map { "as \($0.text)" })
      case .file(let path, _): line("import", quoted(path), importing.alias.map { "as \($0.text)" })
      }
    case .constant(let field): add("const", field)
    case .shared(let shared): add(shared)
    case .function(let function): add(function)
    case .structure(let structure): add(structure)
    case .enumeration(let enumeration): add(enumeration)
    case .error(let error): add(error)
    case .interface(let interface):
      document(interface.documentation)
      line("interface", interface.name.text)
      nested { dumper in for kernel in interface.kernels { dumper.add(kernel) } }
    case .driver(let driver):
      document(driver.documentation)
      line(
        "driver", driver.name.text, driver.interfaces.isEmpty ? nil : ":",
        list(driver.interfaces.map(\.text)))
      nested { dumper in for member in driver.members { dumper.add(member) } }
    case .part(let part):
      document(part.documentation)
      line("part", part.name.text)
      nested { dumper in for member in part.members { dumper.add(member) } }
    case .experiment(let experiment):
      document(experiment.documentation)
      line("experiment", experiment.name.text)
      nested { dumper in for member in experiment.members { dumper.add(member) } }
    case .test(let test):
      line("test", quoted(test.title))
      add(test.body)
    }
  }

  private mutating func document(_ documentation: String?) {
    if let documentation { line("##", quoted(documentation)) }
  }

  private mutating func add(_ word: String, _ field: Field, _ suffix: String = "") {
    document(field.documentation)
    line(
      word, field.name.text, field.type.map { ": " + text($0) },
      field.value.map { "= " + text($0) },
      suffix.isEmpty ? nil : suffix)
  }

  private mutating func add(_ shared: SharedDeclaration) {
    document(shared.field.documentation)
    line(
      "shared", shared.field.name.text, shared.parameters.isEmpty ? nil : text(shared.parameters),
      shared.field.type.map { ": " + text($0) }, shared.field.value.map { "= " + text($0) },
      shared.key.map { "at " + text($0) })
  }

  private mutating func add(_ function: Function) {
    document(function.documentation)
    let kind =
      switch function.kind {
      case .portable: "fn"
      case .host: "host fn"
      case .kernel: "kernel"
      case .seamlessKernel: "seamless kernel"
      }
    line(function.isMutating ? "mutating" : nil, kind, function.name.text, text(function.signature))
    if let body = function.body { add(body) }
  }

  private mutating func add(_ structure: StructDeclaration) {
    document(structure.documentation)
    line("struct", structure.name.text, generics(structure.generics))
    nested { dumper in
      for field in structure.fields { dumper.add("field", field) }
      for method in structure.methods { dumper.add(method) }
    }
  }

  private mutating func add(_ enumeration: EnumDeclaration) {
    document(enumeration.documentation)
    line("enum", enumeration.name.text, generics(enumeration.generics))
    nested { dumper in
      for enumCase in enumeration.cases {
        dumper.line(
          "case", enumCase.name.text, enumCase.payload.isEmpty ? nil : dumper.text(enumCase.payload)
        )
      }
      for method in enumeration.methods { dumper.add(method) }
    }
  }

  private mutating func add(_ error: ErrorDeclaration) {
    document(error.documentation)
    line("error", error.name.text, error.payload.isEmpty ? nil : text(error.payload))
  }

  private mutating func add(_ member: Member) {
    switch member {
    case .device(let names, let type, let binding, let documentation, _):
      document(documentation)
      line("device", list(names.map(\.text)), ":", text(type), binding.map { "= " + text($0) })
    case .argument(let field, let range): add("arg", field, range.map { "in " + text($0) } ?? "")
    case .shared(let shared): add(shared)
    case .dataset(let field, let axes, let error):
      let over = axes.isEmpty ? "" : "over " + list(axes.map { text($0) })
      let bars = error.map { "error " + $0.text } ?? ""
      add("dataset", field, [over, bars].filter { !$0.isEmpty }.joined(separator: " "))
    case .variable(let field): add("var", field)
    case .constant(let field): add("const", field)
    case .resident(let field): add("resident", field)
    case .field(let field): add("field", field)
    case .use(let use):
      line(
        "use", use.name.text, ":", use.part.text,
        use.arguments.isEmpty ? nil : arguments(use.arguments))
    case .prepare(let body, _): stage("prepare", body)
    case .run(let body, _): stage("run", body)
    case .analyze(let body, _): stage("analyze", body)
    case .cleanup(let body, _): stage("cleanup", body)
    case .function(let function): add(function)
    case .structure(let structure): add(structure)
    case .enumeration(let enumeration): add(enumeration)
    case .error(let error): add(error)
    }
  }

  private mutating func stage(_ word: String, _ body: Block) {
    line(word)
    add(body)
  }

  // MARK: Statements

  private mutating func add(_ block: Block) {
    nested { dumper in for statement in block.statements { dumper.add(statement) } }
  }

  private mutating func add(_ statement: StatementID) {
    switch module[statement] {
    case .invalid: line("(invalid)")
    case .expression(let value): line(text(value))
    case .binding(let isVariable, let pattern, let type, let value, _):
      line(
        isVariable ? "var" : "let", text(pattern), type.map { ": " + text($0) }, "=", text(value))
    case .assignment(let place, let value): line("(=", text(place), text(value) + ")")
    case .compoundAssignment(let place, let infix, let value, _):
      line("(\(infix.rawValue)=", text(place), text(value) + ")")
    case .ifElse(let conditions, let then, let otherwise):
      line("if", text(conditions))
      add(then)
      if let otherwise {
        line("else")
        add(otherwise)
      }
    case .guardElse(let conditions, let otherwise):
      line("guard", text(conditions))
      add(otherwise)
    case .match(let value, let cases):
      line("match", text(value))
      nested { dumper in
        for matchCase in cases {
          dumper.line(dumper.head(matchCase))
          dumper.add(matchCase.body)
        }
      }
    case .forLoop(let pattern, let values, let body, let isParallel):
      line(isParallel ? "parallel for" : "for", text(pattern), "in", text(values))
      add(body)
    case .whileLoop(let conditions, let body):
      line("while", text(conditions))
      add(body)
    case .breakLoop: line("break")
    case .continueLoop: line("continue")
    case .returnValue(let value): line("return", value.map { text($0) })
    case .throwError(let error): line("throw", error.map { text($0) })
    case .tryCatch(let body, let clauses, let last):
      line("try")
      add(body)
      for clause in clauses {
        line("catch", list(clause.errors.map(\.text)), clause.binding.map { "as \($0.text)" })
        add(clause.body)
      }
      if let last {
        line("finally")
        add(last)
      }
    case .send(let call): line("send", text(call))
    case .preload(let kernels): line("preload", list(kernels.map(\.text)))
    case .parallel(let body): stage("parallel", body)
    case .sequential(let body): stage("sequential", body)
    case .critical(let body): stage("critical", body)
    case .function(let function): add(function)
    }
  }

  /// A block in one line.
  private func inline(_ block: Block) -> String {
    var inner = Dumper(module)
    for statement in block.statements { inner.add(statement) }
    let statements = inner.lines.map { $0.drop { $0 == " " } }.joined(separator: "; ")
    return statements.isEmpty ? "{}" : "{ \(statements) }"
  }

  private func head(_ matchCase: MatchCase) -> String {
    let condition = matchCase.condition.map { " if \(text($0))" } ?? ""
    return matchCase.patterns.isEmpty
      ? "else" : "case " + list(matchCase.patterns.map { text($0) }) + condition
  }

  private func text(_ conditions: [Condition]) -> String {
    list(
      conditions.map { condition in
        switch condition {
        case .expression(let value): text(value)
        case .binding(let pattern, let value): "let \(text(pattern)) = \(text(value))"
        }
      })
  }

  // MARK: Expressions

  func text(_ id: ExpressionID) -> String {
    switch module[id] {
    case .invalid: return "(invalid)"
    case .number(let numeral): return text(numeral)
    case .quantity(let numeral, let unit): return "\(text(numeral))_\(text(unit))"
    case .boolean(let value): return "\(value)"
    case .none: return "none"
    case .string(let segments): return text(segments)
    case .name(let name): return name.text
    case .implicitMember(let name): return "(. \(name.text))"
    case .member(let base, let name): return "(. \(text(base)) \(name.text))"
    case .tupleElement(let base, let position): return "(. \(text(base)) \(position))"
    case .call(let callee, let arguments):
      return arguments.isEmpty
        ? "(call \(text(callee)))" : "(call \(text(callee)) \(self.arguments(arguments)))"
    case .index(let base, let indices): return "(index \(text(base)) \(words(indices)))"
    case .prefix(let sign, let operand): return "(\(sign.rawValue) \(text(operand)))"
    case .infix(let sign, let left, let right, _):
      return "(\(sign.rawValue) \(text(left)) \(text(right)))"
    case .range(let lower, let upper, let isClosed, let step):
      let by = step.map { " by \(text($0))" } ?? ""
      return "(\(isClosed ? "..." : "..<") \(text(lower)) \(text(upper))\(by))"
    case .tuple(let parts): return parts.isEmpty ? "(tuple)" : "(tuple \(words(parts)))"
    case .array(let parts): return "[\(words(parts))]"
    case .repeated(let value, let count): return "[\(text(value)) ; \(text(count))]"
    case .comprehension(let value, let clauses):
      let written = clauses.map { clause in
        switch clause {
        case .loop(let pattern, let values): "for \(text(pattern)) in \(text(values))"
        case .condition(let condition): "if \(text(condition))"
        }
      }
      return "[\(text(value)) \(written.joined(separator: " "))]"
    case .conditional(let conditions, let then, let otherwise):
      let rest = otherwise.map { " \(inline($0))" } ?? ""
      return "(if \(text(conditions)) \(inline(then))\(rest))"
    case .match(let value, let cases):
      let written = cases.map { " (\(head($0)) \(inline($0.body)))" }.joined()
      return "(match \(text(value))\(written))"
    case .closure(let signature, let body): return "(fn \(text(signature)) \(inline(body)))"
    case .await(let call): return "(await \(text(call)))"
    case .record(let body): return "(record \(inline(body)))"
    case .type(let type): return "(type \(text(type)))"
    case .parenthesized(let inner): return "(paren \(text(inner)))"
    }
  }

  private func words(_ expressions: [ExpressionID]) -> String {
    expressions.map { text($0) }.joined(separator: " ")
  }

  private func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }

  private func arguments(_ arguments: [Argument]) -> String {
    arguments.map { argument in
      (argument.label.map { "\($0.text): " } ?? "") + (argument.isInout ? "&" : "")
        + text(argument.value)
    }.joined(separator: " ")
  }

  private func text(_ numeral: Numeral) -> String {
    let sign = numeral.isNegative ? "-" : ""
    guard numeral.isExact else { return "\(numeral.double)~" }
    if !numeral.isFloat, numeral.exponent == 0 { return "\(sign)\(numeral.significand)" }
    return "\(sign)\(numeral.significand)e\(numeral.exponent)"
  }

  private func text(_ unit: UnitExpression) -> String {
    unit.factors.map { $0.power == 1 ? $0.name.text : "\($0.name.text)^\($0.power)" }.joined(
      separator: "*")
  }

  private func text(_ segments: [StringSegment]) -> String {
    let written = segments.map { segment in
      switch segment {
      case .text(let text): escaped(text)
      case .value(let value, let format): "{\(text(value))\(format.map { ":" + $0.text } ?? "")}"
      }
    }
    return "\"\(written.joined())\""
  }

  private func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\0": result += "\\0"
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "{": result += "{{"
      case "}": result += "}}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: Types and patterns

  func text(_ id: TypeID) -> String {
    switch module[id] {
    case .invalid: return "(invalid)"
    case .named(let library, let name, let arguments):
      let prefix = library.map { "\($0.text)." } ?? ""
      guard !arguments.isEmpty else { return prefix + name.text }
      let written = arguments.map { argument in
        switch argument {
        case .type(let type): text(type)
        case .unit(let unit): text(unit)
        case .length(let length): text(length)
        }
      }
      return "\(prefix)\(name.text)<\(list(written))>"
    case .optional(let type): return "\(text(type))?"
    case .array(let element): return "[\(text(element))]"
    case .fixedArray(let element, let lengths):
      return "[\(text(element)); \(list(lengths.map { text($0) }))]"
    case .tuple(let parts): return "(\(list(parts.map { text($0) })))"
    case .function(let parameters, let result):
      return "((\(list(parameters.map { text($0) }))) -> \(text(result)))"
    }
  }

  func text(_ id: PatternID) -> String {
    switch module[id] {
    case .invalid: return "(invalid)"
    case .wildcard: return "_"
    case .binding(let name): return "'\(name.text)"
    case .tuple(let parts): return "(\(list(parts.map { text($0) })))"
    case .enumCase(let name, let parts):
      return parts.isEmpty ? ".\(name.text)" : ".\(name.text)(\(list(parts.map { text($0) })))"
    case .literal(let value), .range(let value): return text(value)
    }
  }

  private func generics(_ generics: [GenericParameter]) -> String? {
    guard !generics.isEmpty else { return nil }
    return "<\(list(generics.map { $0.name.text + ($0.bound.map { ": \($0.text)" } ?? "") }))>"
  }

  private func text(_ parameters: [Parameter]) -> String {
    let written = parameters.map { parameter in
      (parameter.label.map { "\($0.text) " } ?? "")
        + (parameter.name.text.isEmpty ? "" : "\(parameter.name.text): ")
        + (parameter.isInout ? "inout " : "") + text(parameter.type)
        + (parameter.defaultValue.map { " = \(text($0))" } ?? "")
    }
    return "(\(list(written)))"
  }

  private func text(_ signature: FunctionSignature) -> String {
    (generics(signature.generics) ?? "") + text(signature.parameters)
      + (signature.result.map { " -> \(text($0))" } ?? "")
  }
}

extension ParsedModule {
  /// The spans of all nodes, in no order that means anything.
  package var allSpans: [Span] {
    contents.expressionSpans + contents.statementSpans + contents.typeSpans + contents.patternSpans
  }
}
