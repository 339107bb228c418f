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
    if let second = rest.dropFirst().first, "<>^".contains(second), let first = rest.first {
      result.fill = first
      result.alignment = second
      rest.removeFirst(2)
    } else if let first = rest.first, "<>^".contains(first) {
      result.alignment = first
      rest.removeFirst()
    }
    if let first = rest.first, "+- ".contains(first) {
      if first != "-" { result.sign = first }
      rest.removeFirst()
    }
    if rest.first == "#" {
      result.hasRadix = true
      rest.removeFirst()
    }
    if rest.first == "0", rest.dropFirst().first?.isNumber == true {
      result.isZeroPadded = true
      rest.removeFirst()
    }
    let width = rest.prefix { $0.isASCII && $0.isNumber }
    rest.removeFirst(width.count)
    result.width = min(Int(width) ?? 0, 1000)
    if let first = rest.first, ",_".contains(first) {
      result.separator = first
      rest.removeFirst()
    }
    var digits: Int?
    if rest.first == "." {
      rest.removeFirst()
      let written = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(written.count)
      digits = Int(written).map { min($0, 100) }
      if digits == nil { fault("a number of digits is due behind the point") }
    }
    let name = String(rest)
    // A format of an array is one of its elements.
    let value = TypedExpression(value.kind, formatted(value.type), at: value.span)
    if result.sign != nil || result.hasRadix || result.separator != nil, value.type == .string {
      fault("signs and separators are for numbers")
    }
    if name.isEmpty {
      if let digits {
        switch value.type {
        case .float, .unknown: result.notation = .letter("g", digits: digits)
        case .string: result.notation = .letter("s", digits: digits)
        default: fault("digits behind the point are for a `Float`")
        }
      }
      if result.hasRadix { fault("`#` stands before `x`, `b` or `o`") }
      return result
    }
    let dimension: Dimension? =
      switch value.type {
      case .float(let dimension): dimension
      case .duration: .time
      default: nil
      }
    let letters: Set<Character> = [
      "f", "F", "e", "E", "g", "G", "%", "x", "X", "b", "o", "d", "s",
    ]
    let isQuantity = dimension.map { !$0.isNone } ?? false
    if let letter = name.first, name.count == 1, letters.contains(letter),
      !(isQuantity && unit(named: name) != nil)
    {
      checkLetter(letter, digits, value, fault)
      if result.hasRadix, !"xXbo".contains(letter) { fault("`#` stands before `x`, `b` or `o`") }
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
    case (_, .unknown), ("s", .string): break
    case ("x", .integer), ("X", .integer), ("b", .integer), ("o", .integer), ("d", .integer),
      ("x", .integer32), ("X", .integer32), ("b", .integer32), ("o", .integer32),
      ("d", .integer32):
      if digits != nil { fault("digits behind the point are for a `Float`") }
    case ("f", .float), ("F", .float), ("e", .float), ("E", .float), ("g", .float), ("G", .float),
      ("%", .number), ("f", .integer), ("F", .integer), ("e", .integer), ("E", .integer),
      ("g", .integer), ("G", .integer), ("%", .integer):
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
