import TestKit
import Testing

/// One row of the table: an operator between two types.
struct OperatorRow: Sendable, CustomStringConvertible {
  let left: String
  let sign: String
  let right: String
  let result: String
  var description: String { "\(left) \(sign) \(right)" }
}

/// Every operator with extreme operands: written as constants and not, plain and in compound
/// assignment, on the host and in a kernel; all agree, on the machine and on the reference
/// interpreter.
@Suite struct OperatorTableTests {
  private static let integers = [
    "+", "-", "*", "//", "%", "**", "<<", ">>", "&", "|", "^", "&+",
    "&-", "&*",
  ]
  private static let comparisons = ["==", "!=", "<", "<=", ">", ">="]

  static let rows: [OperatorRow] = {
    var rows: [OperatorRow] = []
    func add(_ left: String, _ signs: [String], _ right: String, _ result: String) {
      for sign in signs {
        rows.append(OperatorRow(left: left, sign: sign, right: right, result: result))
      }
    }
    for type in ["Int", "Int32"] { add(type, integers, type, type) }
    for type in ["Int", "Int32", "Float", "Voltage", "Duration"] {
      add(type, comparisons, type, "Bool")
    }
    add("Float", ["+", "-", "*", "/", "//", "%", "**"], "Float", "Float")
    add("Voltage", ["+", "-", "%"], "Voltage", "Voltage")
    add("Voltage", ["/", "//"], "Voltage", "Float")
    add("Voltage", ["*", "/"], "Float", "Voltage")
    add("Float", ["*"], "Voltage", "Voltage")
    add("Duration", ["+", "-", "%"], "Duration", "Duration")
    add("Duration", ["//"], "Duration", "Int")
    add("Duration", ["/"], "Duration", "Float")
    add("Duration", ["*", "/", "//"], "Int", "Duration")
    add("Duration", ["*", "/"], "Float", "Duration")
    add("Int", ["*"], "Duration", "Duration")
    add("Float", ["*"], "Duration", "Duration")
    add("Bool", ["==", "!=", "and", "or"], "Bool", "Bool")
    return rows
  }()

  /// Values of a type, as they are written.
  private static func values(_ type: String) -> [String] {
    switch type {
    case "Int":
      [
        "-9223372036854775808", "-9223372036854775807", "-7", "-1", "0", "1", "3", "63", "64",
        "4294967296", "9223372036854775807",
      ]
    case "Int32":
      ["-2147483648", "-2147483647", "-7", "-1", "0", "1", "3", "31", "32", "65536", "2147483647"]
        .map { "Int32(\($0))" }
    case "Float":
      [
        "1.0 / 0.0", "-1.0 / 0.0", "0.0 / 0.0", "-0.0", "0.0", "5e-324", "-2.5", "0.5", "3.0",
        "9007199254740993.0", "1.7976931348623157e308",
      ]
    case "Voltage":
      ["-2.5 V", "0 V", "0.1 V", "3 V", "1e300 V", "5e-324 V"]
    case "Duration":
      [
        "-9223372036854775806 ns", "-7 ns", "-1 ns", "0 ns", "1 ns", "3 ns", "1 s",
        "9223372036854775806 ns",
      ]
    default: ["true", "false"]
    }
  }

  private static func zero(_ type: String) -> String {
    switch type {
    case "Int": "0"
    case "Int32": "Int32(0)"
    case "Float": "0.0"
    case "Voltage": "0 V"
    case "Duration": "0 s"
    default: "false"
    }
  }

  private func program(_ row: OperatorRow) -> String {
    let catches = { (what: (Int) -> String) in
      "catch ArithmeticOverflow { \(what(1)) } catch DivisionByZero { \(what(2)) }"
    }
    let zero = Self.zero(row.result)
    let failure = { (code: Int) in "(\(code), \(zero))" }
    let pair = "(Int, \(row.result))"
    let isCompound = row.left == row.result && !["and", "or", "==", "!="].contains(row.sign)
    var text = "#: run\n"
    text += "fn plain(a: \(row.left), b: \(row.right)) -> \(pair) {\n"
    text += "    try { return (0, a \(row.sign) b) } "
    text += catches { "return \(failure($0))" } + "\n}\n"
    if isCompound {
      text += "fn compound(a: \(row.left), b: \(row.right)) -> \(pair) {\n    var x = a\n"
      text += "    try { x \(row.sign)= b } " + catches { "return \(failure($0))" }
      text += "\n    return (0, x)\n}\n"
    }
    text += "fn constants() -> [\(pair)] {\n    var all: [\(pair)] = []\n"
    for a in Self.values(row.left) {
      for b in Self.values(row.right) {
        text += "    try { all.append((0, (\(a)) \(row.sign) (\(b)))) } "
        text += catches { "all.append(\(failure($0)))" } + "\n"
      }
    }
    text += "    return all\n}\n"
    text += """
      experiment Table {
          dataset table: [String]
          kernel on_device(a: \(row.left), b: \(row.right)) -> \(pair) { return plain(a, b) }
          kernel constants_on_device() -> [\(pair)] { return constants() }

      """
    if isCompound {
      text += "    kernel compound_on_device(a: \(row.left), b: \(row.right)) -> \(pair) "
      text += "{ return compound(a, b) }\n"
    }
    text += """
          run {
              let lefts: [\(row.left)] = [\(Self.values(row.left).joined(separator: ", "))]
              let rights: [\(row.right)] = [\(Self.values(row.right).joined(separator: ", "))]
              let here = constants()
              let there = constants_on_device()
              var i = 0
              for a in lefts {
                  for b in rights {
                      let due = "{plain(a, b)}"
                      if "{here[i]}" != due { print("{a}, {b}: constant {here[i]}, not {due}") }
                      if "{there[i]}" != due { print("{a}, {b}: device's constant {there[i]}, not {due}") }
                      if "{on_device(a, b)}" != due { print("{a}, {b}: the device differs") }

      """
    if isCompound {
      text += """
                        if "{compound(a, b)}" != due { print("{a}, {b}: compound differs") }
                        if "{compound_on_device(a, b)}" != due { print("{a}, {b}: device's compound differs") }

        """
    }
    text += """
                      table.append(due)
                      i += 1
                  }
              }
              print("agree")
          }
      }
      #: out: agree

      """
    return text
  }

  @Test(arguments: rows)
  func agreesEverywhere(_ row: OperatorRow) {
    let program = GoldenProgram(path: "Tests/Programs/run/table.exp", text: program(row))
    let verdict = program.judged()
    #expect(verdict.complaints.isEmpty, "\n\(verdict.complaints.joined(separator: "\n"))")
    for engine in Engine.allCases {
      #expect(verdict.engines.contains(engine), "\(row) was not run by \(engine)")
    }
  }
}
