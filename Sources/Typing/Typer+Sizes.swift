import Diagnostics

// Types whose values would have no end, or more parts than a machine can hold in one place.

/// The bounds of what a program may declare.
enum TypeLimits {
  /// The parts of a struct or of an enum's payloads, those of its parts included: as many as an
  /// element of an array may have in a machine.
  static let partCountMax = 4_096
}

/// Finds out how many parts the values of each struct and enum have.
private struct SizeSurvey {
  enum Found {
    case open
    case done(Int)
  }
  let program: TypedProgram
  var found: [Type: Found] = [:]
  var endless: [Type] = []
  var oversized: [Type] = []
  /// The types that were met again inside themselves and are still being surveyed.
  var heads: Set<Type> = []
  /// How many types with arguments of their own stand in each other where the survey is.
  var depth = 0
  private static let depthMax = 10

  /// The number of parts of a value of `type`, at most one more than the limit; nil if it contains
  /// what is being asked about.
  mutating func size(of type: Type) -> Int? {
    switch type {
    case .structure(let id, let arguments):
      return size(
        of: type, parts: program.fieldTypes(of: id, arguments),
        isDeclared: arguments == program[id].generics.map(\.asArgument))
    case .enumeration(let id, let arguments):
      return size(
        of: type, parts: Array(program.payloadTypes(of: id, arguments).joined()),
        isDeclared: arguments == program[id].generics.map(\.asArgument))
    case .optional(let inner):
      return size(of: inner).map { min($0 + 1, TypeLimits.partCountMax + 1) }
    // What is in an array is laid out like what stands by itself: it ends nothing.
    case .array(let inner), .fixedArray(let inner, _): return size(of: inner) == nil ? nil : 2
    case .tuple(let parts): return sum(parts)
    case .function(let parameters, let result): return sum(parameters + [result]) == nil ? nil : 1
    case .string: return 2
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .float, .duration, .timestamp,
      .error, .anyError, .interface, .driver, .channel, .recording, .simulation,
      .parameter:
      return 1
    }
  }

  /// `isDeclared` says that it is the type as it is declared: only there it is reported.
  private mutating func size(of type: Type, parts: [Type], isDeclared: Bool) -> Int? {
    // Type arguments may grow without end.
    guard depth < Self.depthMax else { return nil }
    if !isDeclared { depth += 1 }
    defer { if !isDeclared { depth -= 1 } }
    switch found[type] {
    case .done(let size): return size
    case .open:
      heads.insert(type)
      return nil
    case nil: break
    }
    found[type] = .open
    var size = sum(parts)
    // Of several that contain each other only the one is told at which the survey came in.
    if size == nil, isDeclared, heads.remove(type) != nil || heads.isEmpty {
      endless.append(type)
      size = 1
    }
    // One error for each mistake: what such a type stands in is not to blame.
    let isOversized = (size ?? 0) > TypeLimits.partCountMax
    if isOversized, isDeclared { oversized.append(type) }
    found[type] = .done(isOversized ? 1 : size ?? 1)
    return isOversized ? 1 : size
  }

  private mutating func sum(_ parts: [Type]) -> Int? {
    var sum = 0
    var isEndless = false
    for part in parts {
      if let size = size(of: part) {
        sum = min(sum + size, TypeLimits.partCountMax + 1)
      } else {
        isEndless = true
      }
    }
    return isEndless ? nil : sum
  }
}

extension Typer {
  /// Reports structs and enums that contain themselves, and those with too many parts; none of both
  /// have parts that are known from then on.
  mutating func rejectEndlessTypes() {
    var survey = SizeSurvey(program: program)
    for structure in program.structs {
      _ = survey.size(of: .structure(structure.id, structure.generics.map(\.asArgument)))
    }
    for enumeration in program.enums {
      _ = survey.size(of: .enumeration(enumeration.id, enumeration.generics.map(\.asArgument)))
    }
    for (place, type) in survey.endless.enumerated() {
      guard let (name, span) = declaration(of: type) else { continue }
      if place > 0 {
        // Perhaps it was endless by what has been forgotten.
        var again = SizeSurvey(program: program)
        _ = again.size(of: type)
        if again.endless.isEmpty { continue }
      }
      report(
        Diagnostic(
          .circular, "`\(name)` contains itself", at: span,
          notes: [
            "A value holds its parts and refers to nothing. Keep all of them in one array, and let each name others by their places in it."
          ]))
      forgetParts(of: type)
    }
    for type in survey.oversized {
      guard let (name, span) = declaration(of: type) else { continue }
      report(
        Diagnostic(
          .valueOutOfRange, "`\(name)` has more than \(TypeLimits.partCountMax) parts", at: span,
          notes: ["Those of its parts count too. Put what is of one kind into an array."]))
      forgetParts(of: type)
    }
  }

  private func declaration(of type: Type) -> (name: String, span: Span)? {
    switch type {
    case .structure(let id, _): (program[id].name, program[id].nameSpan)
    case .enumeration(let id, _): (program[id].name, program[id].nameSpan)
    default: nil
    }
  }

  private mutating func forgetParts(of type: Type) {
    switch type {
    case .structure(let id, _):
      program.structs[Int(id.index)].fields = program[id].fields.map {
        TypedField(name: $0.name, type: .unknown, defaultValue: nil, span: $0.span)
      }
    case .enumeration(let id, _):
      program.enums[Int(id.index)].cases = program[id].cases.map { item in
        TypedEnum.Case(
          name: item.name,
          payload: item.payload.map {
            TypedField(name: $0.name, type: .unknown, defaultValue: nil, span: $0.span)
          }, nameSpan: item.nameSpan)
      }
    default: break
    }
  }
}
