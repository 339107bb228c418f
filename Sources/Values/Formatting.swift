import Syntax
import Typing

// What a format makes of numbers: notation first, then width, alignment and zeros, as in Python.

extension ValueFormat.Notation {
  /// The digits after the point that are asked for.
  fileprivate var places: Int? {
    switch self {
    case .plain: nil
    case .letter(_, let digits), .unit(_, _, let digits): digits.map { min(max($0, 0), 400) }
    }
  }
}

extension Printer {
  /// An `Int` or `Int32`.
  func text(integer value: Int64, _ notation: ValueFormat.Notation) -> String {
    switch notation {
    case .plain, .unit: return String(value)
    case .letter(let letter, _):
      switch letter {
      case "x": return String(value, radix: 16)
      case "X": return String(value, radix: 16, uppercase: true)
      case "b": return String(value, radix: 2)
      case "o": return String(value, radix: 8)
      case "f", "F", "e", "E", "g", "G", "%":
        return text(of: Decimal(value), letter, notation.places)
      default: return String(value)
      }
    }
  }

  /// A bare `Float`.
  func text(float value: Double, _ notation: ValueFormat.Notation) -> String {
    switch notation {
    case .plain, .unit: return value.isFinite ? value.description : special(value)
    case .letter(let letter, _):
      if value.isFinite { return text(of: Decimal(exact: value), letter, notation.places) }
      let name = letter.isUppercase ? special(value).uppercased() : special(value)
      return letter == "%" ? name + "%" : name
    }
  }

  private func text(of number: Decimal, _ letter: Character, _ places: Int?) -> String {
    switch letter {
    case "e": number.scientific(places: places ?? 6)
    case "E": number.scientific(places: places ?? 6).uppercased()
    case "g": number.general(digits: places ?? 6)
    case "G": number.general(digits: places ?? 6).uppercased()
    case "%": number.shifted(by: 2).fixed(places: places ?? 6) + "%"
    default: number.fixed(places: places ?? 6)
    }
  }

  private func special(_ value: Double) -> String {
    value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  /// A quantity: digits, a space, and the unit.
  func text(quantity value: Double, _ dimension: Dimension, _ notation: ValueFormat.Notation)
    -> String
  {
    let natural = NaturalUnit.of(dimension)
    switch notation {
    case .plain:
      guard value.isFinite else { return special(value) + " " + natural.text() }
      // Of masses the stored unit is the kilogram and the natural one the gram.
      let isMass = natural.factors.first?.name == "g"
      let number = Decimal(shortest: value).shifted(by: isMass ? 3 : 0)
      if let prefixes = natural.prefixes.nonEmpty, !number.isIn(reachOf: prefixes) {
        // No prefix reaches so far: the number says it, and the unit stands bare.
        return number.scientific() + " " + natural.text()
      }
      return prefixed(number, natural.prefixes) { natural.text(prefix: $0) }
    case .letter(let letter, _):
      let number =
        value.isFinite ? text(of: Decimal(exact: value), letter, notation.places) : special(value)
      let name = unit(of: .float(dimension))
      return number + " " + (dimension.exponents[5] == 0 ? name : natural.text())
    case .unit(let name, let scale, _):
      guard value.isFinite else { return special(value) + " " + name }
      let places = notation.places
      if let exponent = powerOfTen(scale) {
        let number = places == nil ? Decimal(shortest: value) : Decimal(exact: value)
        return digits(number.shifted(by: -exponent), places) + " " + name
      }
      let converted = quotient(value, scale)
      guard converted.isFinite else { return special(converted) + " " + name }
      let number =
        places == nil
        ? shortest(converted, readingBackAs: value, name, scale) : Decimal(exact: converted)
      return digits(number, places) + " " + name
    }
  }

  /// A `Duration` or `Timestamp`, exact.
  func text(ticks: Int64, _ notation: ValueFormat.Notation) -> String {
    let perSecond = ticksPerSecond.magnitude
    switch notation {
    case .plain:
      let prefixes = [("", 0), ("m", -3), ("u", -6), ("n", -9), ("p", -12)]
      return prefixed(Decimal(ticks, over: perSecond), prefixes) { $0 + "s" }
    case .letter(let letter, _):
      return text(of: Decimal(ticks, over: perSecond), letter, notation.places) + " s"
    case .unit(let name, let scale, _):
      if let exponent = powerOfTen(scale) {
        return digits(Decimal(ticks, over: perSecond).shifted(by: -exponent), notation.places) + " "
          + name
      }
      if scale >= 1, scale < 1e9, scale == scale.rounded() {
        let (divisor, overflow) = perSecond.multipliedReportingOverflow(by: UInt64(scale))
        if !overflow { return digits(Decimal(ticks, over: divisor), notation.places) + " " + name }
      }
      return text(
        quantity: seconds(of: ticks, ticksPerSecond: ticksPerSecond), .time, notation)
    }
  }

  private func digits(_ number: Decimal, _ places: Int?) -> String {
    if let places { return number.fixed(places: places) }
    return number.digits.count > 20 ? number.rounded(toDigits: 17).plain : number.plain
  }

  /// `number` in the largest of the units in which it has no leading zero.
  private func prefixed(
    _ number: Decimal, _ prefixes: [(name: String, exponent: Int)], unit: (String) -> String
  ) -> String {
    var chosen = (name: "", exponent: 0)
    if !number.isZero {
      if let fitting = prefixes.first(where: { $0.exponent < number.point }) ?? prefixes.last {
        chosen = fitting
      }
    }
    var number = number
    // A negative zero is a zero here.
    if number.isZero { number.isNegative = false }
    return digits(number.shifted(by: -chosen.exponent), nil) + " " + unit(chosen.name)
  }

  /// Puts `text` into the form that `format` asks for: signs, groups of digits, and the width, in
  /// which numbers stand right and may be filled with zeros.
  func padded(_ text: String, _ format: ValueFormat, isNumber: Bool) -> String {
    var text = text
    var sign = ""
    if isNumber {
      if text.hasPrefix("-") {
        sign = "-"
        text.removeFirst()
      } else if let own = format.sign {
        sign = String(own)
      }
      if format.hasRadix, case .letter(let letter, _) = format.notation { sign += "0\(letter)" }
    }
    let width = min(format.width, 4096)
    let isFilled = format.isZeroPadded && isNumber && format.alignment == nil
    if isFilled, format.separator == nil {
      let missing = width - sign.unicodeScalars.count - text.unicodeScalars.count
      return sign + String(repeating: "0", count: max(missing, 0)) + text
    }
    if let separator = format.separator, isNumber {
      text = grouped(
        text, by: separator, format.notation, filling: isFilled ? width - sign.count : 0)
    }
    text = sign + text
    let missing = width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    func filler(_ count: Int) -> String { String(repeating: format.fill, count: count) }
    switch format.alignment ?? (isNumber ? ">" : "<") {
    case ">": return filler(missing) + text
    case "^": return filler(missing / 2) + text + filler(missing - missing / 2)
    default: return text + filler(missing)
    }
  }

  /// The digits at the beginning of `text` in groups: of three, or of four where they are no
  /// decimal ones.
  ///
  /// As many zeros go before them as make the whole fill `width`.
  private func grouped(
    _ text: String, by separator: Character, _ notation: ValueFormat.Notation, filling width: Int
  ) -> String {
    var size = 3
    if case .letter(let letter, _) = notation, "xXbo".contains(letter) { size = 4 }
    let isDigit: (Character) -> Bool = size == 3 ? { $0.isNumber } : { $0.isHexDigit }
    var digits = Array(text.prefix(while: isDigit))
    let rest = text.dropFirst(digits.count)
    guard !digits.isEmpty else { return text }
    func length(_ count: Int) -> Int { count + (count - 1) / size + rest.unicodeScalars.count }
    var missing = 0
    while length(digits.count + missing) < width { missing += 1 }
    digits = Array(repeating: "0", count: missing) + digits
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % size == 0 { result.append(separator) }
      result.append(digit)
    }
    return result + rest
  }
}

extension Array {
  fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}

extension Decimal {
  /// Whether one of `prefixes`, the largest first, gives it neither a leading zero nor more digits
  /// before the point than are ever written out.
  fileprivate func isIn(reachOf prefixes: [(name: String, exponent: Int)]) -> Bool {
    guard let largest = prefixes.first, let smallest = prefixes.last, !isZero else { return true }
    return point > smallest.exponent && point - largest.exponent <= 17
  }
}

/// The fewest digits of `converted`, which is `value` in units `name` of `scale`, that say `value`
/// when they are read with that unit: what the division has rounded is no part of the value.
private func shortest(
  _ converted: Double, readingBackAs value: Double, _ name: String, _ scale: Double
) -> Decimal {
  let plain = Decimal(shortest: converted)
  for number in [plain.rounded(toDigits: 15), plain.rounded(toDigits: 16), plain]
  where number.reads(as: value, name, scale) { return number }
  for neighbour in [converted.nextDown, converted.nextUp] where neighbour.isFinite {
    let number = Decimal(shortest: neighbour)
    if number.reads(as: value, name, scale) { return number }
  }
  return plain
}

extension Decimal {
  /// Whether a literal of these digits and the unit `name`, of `scale`, is `value`.
  fileprivate func reads(as value: Double, _ name: String, _ scale: Double) -> Bool {
    var significand: UInt64 = 0
    for digit in digits.prefix(18) { significand = significand * 10 + UInt64(digit) }
    let exponent = point - digits.count
    if let unit = unit(named: name), unit.isExact {
      let (product, overflow) = significand.multipliedReportingOverflow(by: unit.scaleSignificand)
      if !overflow {
        return Double("\(product)e\(exponent + Int(unit.scaleExponent))") == value.magnitude
      }
    }
    guard let number = Double("\(significand)e\(exponent)") else { return false }
    let inverse = (1 / scale).rounded()
    let read = scale < 1 && 1 / inverse == scale ? number / inverse : number * scale
    return read == value.magnitude
  }
}

/// The power of ten that `scale` is; nil if it is none.
private func powerOfTen(_ scale: Double) -> Int? {
  guard scale > 0, scale.isFinite else { return nil }
  let number = Decimal(shortest: scale)
  return number.digits == [1] ? number.point - 1 : nil
}

/// `value / scale`, where for a scale of `1/n` multiplying by `n` is more exact.
private func quotient(_ value: Double, _ scale: Double) -> Double {
  let inverse = (1 / scale).rounded()
  if scale < 1, inverse < 1e15, 1 / inverse == scale { return value * inverse }
  return value / scale
}
