import Diagnostics
import Laboratory
import Syntax

extension LaboratoryReader {
  mutating func table(_ entry: TOMLTable.Entry) -> TOMLTable? {
    if case .table(let table) = entry.value.kind { return table }
    report("`\(entry.key)` is a table", at: entry.value.span)
    return nil
  }

  mutating func string(_ entry: TOMLTable.Entry) -> String? {
    if case .string(let text) = entry.value.kind { return text }
    report("`\(entry.key)` is a string in quotes", at: entry.value.span)
    return nil
  }

  mutating func number(_ entry: TOMLTable.Entry) -> Double? {
    switch entry.value.kind {
    case .float(let value): return value
    case .integer(let value): return Double(value)
    case .string, .boolean, .array, .table:
      report("`\(entry.key)` is a number", at: entry.value.span)
      return nil
    }
  }

  mutating func count(_ entry: TOMLTable.Entry, _ range: ClosedRange<Int>) -> Int? {
    if case .integer(let value) = entry.value.kind, let count = Int(exactly: value),
      range.contains(count)
    {
      return count
    }
    report(
      "`\(entry.key)` is a whole number from \(range.lowerBound) to \(range.upperBound)",
      at: entry.value.span)
    return nil
  }

  /// A duration that is a whole number of ticks, and not negative.
  mutating func ticks(_ entry: TOMLTable.Entry) -> Int64? {
    guard let seconds = quantity(entry, .time, .orZero) else { return nil }
    let exact = seconds * Double(laboratory.core.ticksPerSecond)
    let rounded = exact.rounded()
    guard let ticks = Int64(exactly: rounded),
      abs(exact - rounded) < 1e-6 * max(1, rounded)
    else {
      report("`\(entry.key)` is no whole number of ticks", at: entry.value.span)
      return nil
    }
    return ticks
  }

  /// `nanoseconds` in ticks, rounded up.
  func ticks(ofNanoseconds nanoseconds: Int64) -> Int64 {
    Int64((Double(nanoseconds) * Double(laboratory.core.ticksPerSecond) / 1e9).rounded(.up))
  }

  /// Which values of a quantity make sense.
  enum Sign {
    case any, orZero, positive
  }

  mutating func quantity(
    _ entry: TOMLTable.Entry, _ wanted: UnitExponents, _ sign: Sign = .any
  ) -> Double? {
    guard let (value, exponents) = parsedQuantity(entry, like: wanted) else { return nil }
    guard exponents == wanted else {
      report(
        "`\(entry.key)` is in \(example(wanted))", at: entry.value.span,
        notes: ["Its unit is of another quantity."])
      return nil
    }
    switch sign {
    case .any: return value
    case .orZero where value >= 0: return value
    case .positive where value > 0: return value
    case .orZero: report("`\(entry.key)` cannot be negative", at: entry.value.span)
    case .positive: report("`\(entry.key)` is greater than zero", at: entry.value.span)
    }
    return nil
  }

  private func example(_ exponents: UnitExponents) -> String {
    switch exponents {
    case .time: "s"
    case .frequency: "Hz"
    case .voltage: "V"
    case .turns: "turn"
    default: "another unit"
    }
  }

  /// A number with its unit, as it is written in a program: `"10 us"`.
  mutating func parsedQuantity(_ entry: TOMLTable.Entry, like wanted: UnitExponents? = nil)
    -> (value: Double, exponents: UnitExponents)?
  {
    let unit = wanted.map { example($0) } ?? "us"
    guard case .string(let text) = entry.value.kind else {
      report(
        "`\(entry.key)` is a quantity in quotes with its unit, as in `\"10 \(unit)\"`",
        at: entry.value.span)
      return nil
    }
    var sources = SourceSet()
    let inner = sources.add(Source(name: "value", text: text))
    let parsed = parseExpression(inner, in: sources)
    guard !parsed.hasErrors, let tree = parsed.value,
      case .quantity(let numeral, let units) = tree.module[tree.expression],
      units.factors.count == 1, let factor = units.factors.first, factor.power == 1,
      let known = Syntax.unit(named: factor.name.text)
    else {
      report(
        "`\(text)` is no quantity: a number and a unit are due, as in `\"10 \(unit)\"`",
        at: entry.value.span)
      return nil
    }
    // A factor below 1 is divided by its inverse, which is exact.
    let inverse = (1 / known.factor).rounded()
    let value =
      known.isExact && known.factor < 1 && 1 / inverse == known.factor
      ? numeral.double / inverse : numeral.double * known.factor
    return (value, known.exponents)
  }
}
