import Diagnostics
import Laboratory
import Syntax
package import Typing

/// The ticks of a duration written as a number with a unit of time; nil if it is none, or negative.
package func ticks(of text: String, ticksPerSecond: Int64) -> Int64? {
  var sources = SourceSet()
  let source = sources.add(Source(name: "duration", text: text))
  let parsed = parseExpression(source, in: sources)
  guard !parsed.hasErrors, let tree = parsed.value,
    case .quantity(let numeral, let units) = tree.module[tree.expression], units.factors.count == 1,
    let factor = units.factors.first, factor.power == 1, let unit = unit(named: factor.name.text),
    unit.exponents == .time
  else { return nil }
  let ticks = (numeral.double * unit.factor * Double(ticksPerSecond)).rounded(.toNearestOrEven)
  return ticks >= 0 ? Int64(exactly: ticks) : nil
}

/// The ticks in a second of the device that `program` was typed for.
package func ticksPerSecond(of program: TypedProgram) -> Int64 {
  program.description.core.ticksPerSecond
}
