// Types as the user would write them.

/// So many of what `noun` says: `1 argument`, `2 arguments`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// `name` between back ticks, with the article that its sound asks for.
package func withArticle(_ name: String) -> String {
  var letters = name.makeIterator()
  guard let first = letters.next() else { return "a `\(name)`" }
  let second = letters.next()
  // One letter alone, and several capitals, are read letter by letter: an `S`, an `ADC`.
  let isSpelled = first.isUppercase && !(second?.isLowercase ?? false)
  let vowels = isSpelled ? "AEFHILMNORSX" : "AEIOaeio"
  var takesAn = vowels.contains(first)
  if !isSpelled, first == "U" || first == "u" {
    takesAn = second != "n" && second != "s" || name.hasPrefix("Under")
  }
  return (takesAn ? "an" : "a") + " `\(name)`"
}

extension TypedProgram {
  /// `type` with its article, for a sentence: an `Int`, a `Duration`.
  package func described(_ type: Type) -> String {
    withArticle(text(type))
  }

  /// `type` as it would be written in a program.
  package func text(_ type: Type) -> String {
    switch type {
    case .unknown: return "?"
    case .never: return "none"
    case .unit: return "()"
    case .boolean: return "Bool"
    case .integer: return "Int"
    case .integer32: return "Int32"
    case .string: return "String"
    case .duration: return "Duration"
    case .timestamp: return "Timestamp"
    case .float(let dimension):
      if dimension.isNone { return "Float" }
      for (name, named) in namedDimensions where named == dimension { return name }
      return "Float<\(text(dimension))>"
    case .optional(let inner):
      if case .function = inner { return "(\(text(inner)))?" }
      return "\(text(inner))?"
    case .array(let inner): return "[\(text(inner))]"
    case .fixedArray(let inner, let lengths):
      let shape = lengths.map { text($0) }.joined(separator: ", ")
      return "[\(text(inner)); \(shape)]"
    case .tuple(let parts): return "(" + parts.map(text).joined(separator: ", ") + ")"
    case .structure(let id, let arguments): return applied(self[id].name, arguments)
    case .enumeration(let id, let arguments): return applied(self[id].name, arguments)
    case .error(let id): return self[id].name
    case .anyError: return "error"
    case .function(let parameters, let result):
      return "(\(parameters.map(text).joined(separator: ", "))) -> \(text(result))"
    case .interface(let id): return self[id].name
    case .driver(let id): return self[id].name
    case .channel: return "Channel"
    case .recording: return "Recording"
    case .simulation(let id): return "simulate(\(self[id].name))"
    case .parameter(let id): return name(of: id)
    }
  }

  /// The name of a struct or enum with its type arguments.
  private func applied(_ name: String, _ arguments: [GenericArgument]) -> String {
    if arguments.isEmpty { return name }
    let inner = arguments.map { argument in
      switch argument {
      case .type(let type): text(type)
      case .dimension(let dimension): text(dimension)
      case .length(let length): text(length)
      }
    }
    return "\(name)<\(inner.joined(separator: ", "))>"
  }

  func text(_ length: Length) -> String {
    switch length {
    case .known(let count): "\(count)"
    case .parameter(let id): name(of: id)
    }
  }

  private func name(of generic: GenericID) -> String {
    genericNames.indices.contains(Int(generic.index)) ? genericNames[Int(generic.index)] : "?"
  }

  /// `dimension` as a product of units: `V/s`, `Hz`, `m*kg/s^2`.
  package func text(_ dimension: Dimension) -> String {
    for (unit, named) in namedUnits where named == dimension { return unit }
    for (unit, named) in namedUnits {
      for power in [2, -1, -2, 3, -3] where named.raised(to: power) == dimension {
        return power > 0 ? "\(unit)^\(power)" : power == -1 ? "1/\(unit)" : "1/\(unit)^\(-power)"
      }
    }
    for (unit, named) in namedUnits {
      for (base, part) in [("s", Dimension.time), ("m", Dimension(metre: 1))] where unit != base {
        if named * part == dimension { return "\(unit)*\(base)" }
        if named / part == dimension { return "\(unit)/\(base)" }
      }
    }
    var upper: [String] = []
    var lower: [String] = []
    let names = ["s", "m", "kg", "A", "K", "turn"]
    func add(_ name: String, _ power: Int) {
      if power > 0 { upper.append(power == 1 ? name : "\(name)^\(power)") }
      if power < 0 { lower.append(power == -1 ? name : "\(name)^\(-power)") }
    }
    for (index, name) in names.enumerated() { add(name, Int(dimension.exponents[index])) }
    for variable in dimension.variables { add(name(of: variable.parameter), Int(variable.power)) }
    if upper.isEmpty && lower.isEmpty { return "1" }
    let head = upper.isEmpty ? "1" : upper.joined(separator: "*")
    return lower.isEmpty ? head : head + lower.map { "/\($0)" }.joined()
  }
}

/// Named quantities and their dimensions.
package let namedDimensions: [(String, Dimension)] = [
  ("Frequency", .frequency), ("Voltage", .voltage), ("Current", Dimension(ampere: 1)),
  ("Power", Dimension(second: -3, metre: 2, kilogram: 1)), ("Temperature", Dimension(kelvin: 1)),
  ("MagneticField", Dimension(second: -2, kilogram: 1, ampere: -1)),
  ("Length", Dimension(metre: 1)),
  ("Energy", Dimension(second: -2, metre: 2, kilogram: 1)), ("Angle", .angle),
]

/// The unit of each named dimension.
package let namedUnits: [(String, Dimension)] = [
  ("s", .time), ("Hz", .frequency), ("V", .voltage), ("A", Dimension(ampere: 1)),
  ("W", Dimension(second: -3, metre: 2, kilogram: 1)), ("K", Dimension(kelvin: 1)),
  ("T", Dimension(second: -2, kilogram: 1, ampere: -1)), ("m", Dimension(metre: 1)),
  ("J", Dimension(second: -2, metre: 2, kilogram: 1)), ("turn", .angle),
  ("kg", Dimension(kilogram: 1)),
]
