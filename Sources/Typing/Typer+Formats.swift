import Diagnostics
import Syntax

// What stands behind the colon in `"{x:.2f}"` (rule 11).

extension Typer {
  mutating func format(_ written: StringSegment.Format, of value: TypedExpression) -> ValueFormat {
    var result = ValueFormat()
    var rest = Substring(written.text)
    func fault(_ message: String) {
      report(
        Diagnostic(
          .mismatch, message, at: written.span,
          notes: [
            "For example `{x:.2f}`, `{n:05}`, `{n:x}`, `{s:<8}`, or a unit: `{t:us}`, `{f:.3MHz}`."
          ]))
    }
    if let first = rest.first, "<>^".contains(first) {
      result.alignment = first
      rest.removeFirst()
    }
    if rest.first == "0", rest.dropFirst().first?.isNumber == true {
      result.isZeroPadded = true
      rest.removeFirst()
    }
    let width = rest.prefix { $0.isASCII && $0.isNumber }
    rest.removeFirst(width.count)
    result.width = min(Int(width) ?? 0, 1000)
    var digits: Int?
    if rest.first == "." {
      rest.removeFirst()
      let written = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(written.count)
      digits = Int(written).map { min($0, 100) }
      if digits == nil { fault("a number of digits is due behind the point") }
    }
    let name = String(rest)
    if name.isEmpty {
      if let digits {
        result.notation = .letter("g", digits: digits)
        if case .float = formatted(value.type) {
        } else if !isUnknown(value.type) {
          fault("digits behind the point are for a `Float`")
        }
      }
      return result
    }
    // A format of an array is one of its elements.
    let value = TypedExpression(value.kind, formatted(value.type), at: value.span)
    let dimension: Dimension? =
      switch value.type {
      case .float(let dimension): dimension
      case .duration: .time
      default: nil
      }
    let letters: Set<Character> = ["f", "e", "g", "x", "b", "o", "d"]
    let isQuantity = dimension.map { !$0.isNone } ?? false
    if let letter = name.first, name.count == 1, letters.contains(letter),
      !(isQuantity && unit(named: name) != nil)
    {
      checkLetter(letter, digits, value, fault)
      result.notation = .letter(letter, digits: digits)
      return result
    }
    guard let scale = unitScale(name, at: written.span) else {
      fault("`\(name)` is neither a unit nor a format")
      return result
    }
    guard let dimension else {
      if !isUnknown(value.type) { fault("\(program.described(value.type)) has no unit") }
      return result
    }
    guard dimension == scale.dimension || !dimension.variables.isEmpty else {
      report(
        Diagnostic(
          .dimension, "\(program.described(value.type)) cannot be printed in `\(name)`",
          at: written.span,
          labels: [Label("`\(program.text(value.type))`", at: value.span)]))
      return result
    }
    result.notation = .unit(name, scale: scale.factor, digits: digits)
    return result
  }

  private func formatted(_ type: Type) -> Type {
    switch type {
    case .array(let inner), .fixedArray(let inner, _), .optional(let inner): formatted(inner)
    default: type
    }
  }

  private func checkLetter(
    _ letter: Character, _ digits: Int?, _ value: TypedExpression, _ fault: (String) -> Void
  ) {
    switch (letter, value.type) {
    case (_, .unknown): break
    case ("x", .integer), ("b", .integer), ("o", .integer), ("d", .integer), ("x", .integer32),
      ("b", .integer32),
      ("o", .integer32), ("d", .integer32):
      if digits != nil { fault("digits behind the point are for a `Float`") }
    case ("f", .float), ("e", .float), ("g", .float), ("f", .integer), ("e", .integer),
      ("g", .integer):
      break
    default: fault("the format `\(letter)` does not fit \(program.described(value.type))")
    }
  }

  /// The scale of a unit written in a format, such as `us` or `V/ms`.
  private func unitScale(_ text: String, at span: Span) -> UnitScale? {
    var factors: [UnitExpression.Factor] = []
    var name = ""
    var sign = 1
    var power = ""
    var inPower = false
    func finish() -> Bool {
      if name == "1", factors.isEmpty, power.isEmpty { return true }
      guard !name.isEmpty, unit(named: name) != nil, let n = power.isEmpty ? 1 : Int(power),
        abs(n) <= 20
      else { return false }
      factors.append(UnitExpression.Factor(name: Name(name, at: span), power: sign * n))
      return true
    }
    for character in text {
      switch character {
      case "*", "/":
        guard finish() else { return nil }
        sign = character == "*" ? 1 : -1
        (name, power, inPower) = ("", "", false)
      case "^": inPower = true
      default: if inPower { power.append(character) } else { name.append(character) }
      }
    }
    guard finish(), !factors.isEmpty else { return nil }
    return UnitScale(UnitExpression(factors: factors, span: span))
  }
}
