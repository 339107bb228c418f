// What other languages and libraries call the things that Larmor has.

/// How something is found here that goes by another name elsewhere.
enum ForeignName {
  /// Here it is called so.
  case name(String)
  case note(String)
}

/// Names that stand alone.
let foreignNames: [String: String] = [
  "range": "A range is written `0..<n`: `for i in 0..<10`.",
  "len": "The number of elements of `xs` is `xs.count`.",
  "self": "The members of an experiment are named without `self`.",
  "this": "The members of an experiment are named without `this`.",
  "println": "It is called `print`.", "printf": "It is called `print`.",
  "wait": "`delay(d)` moves the timeline's cursor, `wait_until(now() + d)` waits.",
  "break_realtime": "It is called `realtime()`.",
  "core": "The functions of the timeline are named by themselves: `delay(d)`, `reset()`.",
  "sleep": "`delay(d)` moves the timeline's cursor, `wait_until(now() + d)` waits.",
  "float": "It is called `Float`.", "int": "It is called `Int`.", "str": "Write `\"{x}\"`.",
  "bool": "It is called `Bool`.",
  "now_mu": "Times are exact here: it is called `now()`.",
  "delay_mu": "Times are exact here: write `delay(10 ns)`.",
  "at_mu": "Times are exact here: it is called `at(t)`.",
  "assert": "In a `test`, write `expect(condition)`; elsewhere declare an error and `throw` it.",
  "pi": "Write `math.pi`, or an angle as `1 turn`, `180 deg`.",
  "np": "Arrays have element-wise arithmetic; functions are in the module `math`.",
  "enumerate": "Write `for (i, x) in xs.enumerated() { … }`.",
  "zip": "Write `for (x, y) in xs.zip(ys) { … }`.",
  "numpy": "Arrays have element-wise arithmetic; functions are in the module `math`.",
  "pow": "Write `x ** y`.", "fabs": "It is called `abs`.", "ln": "It is called `log`.",
  "arcsin": "It is called `asin`.", "arccos": "It is called `acos`.",
  "arctan": "It is called `atan`.", "arctan2": "It is called `atan2`.",
  "inf": "Write `Float.infinity`.", "nan": "Write `Float.nan`.",
  "infinity": "Write `Float.infinity`.",
  "linspace": "Write `scan.linear(first, last, points: n)`, with `import scan`.",
  "arange": "Write `[… for i in 0..<n]`, or `scan.linear(first, last, points: n)`.",
  "zeros": "Write `[0.0; n]`.", "ones": "Write `[1.0; n]`.",
  "append": "It is a method: `xs.append(x)`.",
  "nil": "It is called `none`.", "null": "It is called `none`.",
  "array": "An array is written `[a, b, c]`.", "list": "An array is written `[a, b, c]`.",
]

/// Types.
let foreignTypeNames: [String: String] = [
  "Time": "Duration", "time": "Duration", "TimeSpan": "Duration", "Delay": "Duration",
  "Freq": "Frequency", "Hertz": "Frequency", "Volt": "Voltage", "Volts": "Voltage",
  "Ampere": "Current", "Watt": "Power", "Phase": "Angle", "Temp": "Temperature",
  "double": "Float", "Double": "Float", "real": "Float", "Real": "Float", "f64": "Float",
  "f32": "Float", "float64": "Float", "number": "Float", "i64": "Int", "int64": "Int",
  "long": "Int", "uint": "Int", "u64": "Int", "usize": "Int", "integer": "Int",
  "Integer": "Int", "i32": "Int32", "int32": "Int32", "Long": "Int", "Int64": "Int",
  "str": "String", "Str": "String", "string": "String", "char": "String", "boolean": "Bool",
  "Boolean": "Bool",
]

/// Names in modules of the standard library, whichever that is.
let foreignModuleNames: [String: ForeignName] = [
  "linspace": .name("linear"), "logspace": .name("log"), "geomspace": .name("log"),
  "centered": .name("centred"), "center": .name("centred"),
  "arange": .note("Write `[… for i in 0..<n]`, or `scan.linear(first, last, points: n)`."),
  "pow": .note("Write `x ** y`."), "fabs": .name("abs"), "ln": .name("log"),
  "arcsin": .name("asin"), "arccos": .name("acos"), "arctan": .name("atan"),
  "arctan2": .name("atan2"), "inf": .name("infinity"), "nan": .note("Write `Float.nan`."),
  "stdev": .name("std"), "stddev": .name("std"), "standard_deviation": .name("std"),
  "var": .name("variance"), "avg": .name("mean"),
  "randint": .note("Make a generator: `var rng = random.Generator(seed: 1)`; it has the methods."),
  "rand": .note("Make a generator: `var rng = random.Generator(seed: 1)`; it has the methods."),
  "random": .note("Make a generator: `var rng = random.Generator(seed: 1)`; it has the methods."),
  "sine": .name("cosine"), "lorentz": .name("lorentzian"), "gauss": .name("gaussian"),
  "normal": .note("Make a generator: `var rng = random.Generator(seed: 1)`; it has the methods."),
]

/// Members of arrays and strings.
let foreignMembers: [String: ForeignName] = [
  "size": .name("count"), "len": .name("count"), "length": .name("count"), "lenght": .name("count"),
  "push": .name("append"), "push_back": .name("append"), "add": .name("append"),
  "empty": .name("is_empty"), "isEmpty": .name("is_empty"),
  "average": .name("mean"), "index": .name("index_of"), "argmin": .name("index_of_min"),
  "argmax": .name("index_of_max"), "cumsum": .name("cumulative"), "flatten": .name("flattened"),
  "T": .name("transposed"), "transpose": .name("transposed"),
  "extend": .note("Arrays are joined by `+`: `xs = xs + ys`, or `xs += ys`."),
  "concat": .note("Arrays are joined by `+`: `xs + ys`."),
  "insert": .note("Put it together anew: `xs[0..<i] + [x] + xs[i..<xs.count]`."),
  "pop": .note("Take `xs.last`, and go on with `xs[0..<xs.count - 1]`."),
  "remove": .note("Keep the others: `[x for x in xs if …]`."),
  "clear": .note("Write `xs = []`."),
  "shape": .note("A matrix has `rows` and `columns`, an array `count`."),
  "std": .note("It is in the module `stats`: `stats.std(xs)`, with `import stats`."),
  "median": .note("It is in the module `stats`: `stats.median(xs)`, with `import stats`."),
]
