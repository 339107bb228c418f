package import Diagnostics
package import Laboratory
import Syntax

/// The laboratory that the text `bytes` of the file `name`, a `lab.toml`, describes, and what is
/// wrong with it; the sources are those of the diagnostics.
package func readLaboratory(_ name: String, _ bytes: [UInt8]) -> (
  laboratory: Checked<SystemDescription>, sources: SourceSet
) {
  var sources = SourceSet()
  let source = sources.add(Source(name: name, bytes: bytes))
  switch parseTOML(source, in: sources) {
  case .failure(let fault):
    return (Checked(nil, [Diagnostic(.unexpected, fault.message, at: fault.span)]), sources)
  case .success(let document):
    var reader = LaboratoryReader(source: source)
    let description = reader.description(document)
    return (Checked(reader.faults.isEmpty ? description : nil, reader.faults), sources)
  }
}

private struct LaboratoryReader {
  let source: SourceID
  var faults: [Diagnostic] = []
  private var laboratory = SystemDescription.defaultLaboratory

  init(source: SourceID) { self.source = source }

  private mutating func report(_ message: String, at span: Span, notes: [String] = []) {
    faults.append(Diagnostic(.unknownDevice, message, at: span, notes: notes))
  }

  mutating func description(_ document: TOMLTable) -> SystemDescription {
    var inherits = false
    if let entry = document["extends"] {
      inherits = string(entry) == "default"
      if !inherits {
        report("a laboratory extends \"default\" or none", at: entry.value.span)
      }
    }
    if !inherits {
      laboratory.devices = []
      laboratory.channels = []
      laboratory.name = "lab.toml"
    }
    // Times are read with the ticks of the core.
    if let core = document["core"] { readCore(core) }
    for entry in document.entries {
      switch entry.key {
      case "name": laboratory.name = string(entry) ?? laboratory.name
      case "extends", "core": break
      case "costs": readCosts(entry)
      case "ion": readIon(entry)
      case "trigger_rate":
        laboratory.triggerRate = quantity(entry, .frequency) ?? laboratory.triggerRate
      case "devices":
        for device in table(entry)?.entries ?? [] { readDevice(device) }
      default:
        unknown(
          entry, in: "a laboratory",
          ["name", "extends", "core", "costs", "ion", "trigger_rate", "devices"])
      }
    }
    return laboratory
  }

  private mutating func unknown(_ entry: TOMLTable.Entry, in what: String, _ known: [String]) {
    var fixes: [Fix] = []
    if let near = nearest(to: entry.key, among: known) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(entry.span, near)])]
    }
    faults.append(
      Diagnostic(
        .unknownDevice, "\(what) has no `\(entry.key)`", at: entry.span,
        notes: ["It has \(known.joined(separator: ", "))."], fixes: fixes))
  }

  // MARK: Parts

  private mutating func readCore(_ entry: TOMLTable.Entry) {
    for entry in table(entry)?.entries ?? [] {
      switch entry.key {
      case "margin": laboratory.core.margin = ticks(entry) ?? laboratory.core.margin
      case "coarse": laboratory.core.coarse = ticks(entry) ?? laboratory.core.coarse
      case "lanes": laboratory.core.laneCount = count(entry, 1...64) ?? laboratory.core.laneCount
      case "lane_depth":
        laboratory.core.laneDepth = count(entry, 2...65_536) ?? laboratory.core.laneDepth
      case "input_depth":
        laboratory.core.inputDepth = count(entry, 1...1_024) ?? laboratory.core.inputDepth
      case "arena":
        laboratory.core.arenaBytes = count(entry, 4_096...(1 << 30)) ?? laboratory.core.arenaBytes
      case "stack":
        laboratory.core.stackBytes = count(entry, 4_096...(1 << 26)) ?? laboratory.core.stackBytes
      default:
        unknown(
          entry, in: "the core",
          ["margin", "coarse", "lanes", "lane_depth", "input_depth", "arena", "stack"])
      }
    }
  }

  private mutating func readCosts(_ entry: TOMLTable.Entry) {
    for entry in table(entry)?.entries ?? [] {
      switch entry.key {
      case "operation": laboratory.costs.operation = ticks(entry) ?? laboratory.costs.operation
      case "event": laboratory.costs.event = ticks(entry) ?? laboratory.costs.event
      case "kernel_start":
        laboratory.costs.kernelStart = ticks(entry) ?? laboratory.costs.kernelStart
      case "host_round_trip":
        laboratory.costs.hostRoundTrip = ticks(entry) ?? laboratory.costs.hostRoundTrip
      default:
        unknown(
          entry, in: "the table of costs",
          ["operation", "event", "kernel_start", "host_round_trip"])
      }
    }
  }

  private mutating func readIon(_ entry: TOMLTable.Entry) {
    for entry in table(entry)?.entries ?? [] {
      func frequency(_ value: inout Double, _ reader: inout LaboratoryReader) {
        value = reader.quantity(entry, .frequency) ?? value
      }
      func seconds(_ value: inout Double, _ reader: inout LaboratoryReader) {
        value = reader.quantity(entry, .time) ?? value
      }
      var ion = laboratory.ion
      switch entry.key {
      case "bright_rate": frequency(&ion.brightRate, &self)
      case "dark_rate": frequency(&ion.darkRate, &self)
      case "background_rate": frequency(&ion.backgroundRate, &self)
      case "rabi_frequency": frequency(&ion.rabiFrequency, &self)
      case "resonance": frequency(&ion.resonance, &self)
      case "cooling_time": seconds(&ion.coolingTime, &self)
      case "t1": seconds(&ion.t1, &self)
      case "t2_star": seconds(&ion.t2Star, &self)
      default:
        unknown(
          entry, in: "the ion",
          [
            "bright_rate", "dark_rate", "background_rate", "rabi_frequency", "resonance",
            "cooling_time", "t1", "t2_star",
          ])
      }
      laboratory.ion = ion
    }
  }

  // MARK: Devices

  private static let kinds = [
    "TTLOut": "ttl_output", "TTLIn": "ttl_input", "GatedCounter": "ttl_input",
    "DDSChannel": "dds", "DAC": "dac", "ADC": "adc", "SPI": "spi",
  ]

  private mutating func readDevice(_ entry: TOMLTable.Entry) {
    guard let device = table(entry) else { return }
    guard let driverEntry = device["driver"], let driver = string(driverEntry) else {
      return report("the device `\(entry.key)` needs a `driver`", at: entry.span)
    }
    laboratory.devices.removeAll { $0.name == entry.key }
    var fields: [(name: String, value: DeviceDescription.FieldValue)] = []
    for field in device.entries where field.key != "driver" {
      if let value = fieldValue(field, of: entry.key, driver: driver) {
        fields.append((field.key, value))
      }
    }
    let kind = Self.kinds[driver]
    if let kind, device["channel"] == nil,
      let number = addChannel(nil, kind, TOMLTable(), of: entry.key, at: entry.span)
    {
      fields.insert(("channel", .channel(number)), at: 0)
    }
    if driver == "ADC" {
      let step = DeviceDescription.FieldValue.float(20.0 / 65536)
      if device["step"] == nil { fields.append(("step", step)) }
      if device["conversion"] == nil { fields.append(("conversion", .duration(2_000))) }
    }
    laboratory.devices.append(DeviceDescription(name: entry.key, driver: driver, fields: fields))
  }

  private mutating func fieldValue(
    _ entry: TOMLTable.Entry, of device: String, driver: String
  ) -> DeviceDescription.FieldValue? {
    switch entry.value.kind {
    case .boolean(let value): return .boolean(value)
    case .float(let value): return .float(value)
    case .integer(let value):
      guard entry.key == "channel" else { return .integer(value) }
      let kind = Self.kinds[driver] ?? "none"
      return addChannel(entry, kind, TOMLTable(), of: device, at: entry.value.span).map {
        .channel($0)
      }
    case .table(let channel):
      let kind = channel["kind"].flatMap { string($0) } ?? Self.kinds[driver] ?? "none"
      return addChannel(channel["number"], kind, channel, of: device, at: entry.span).map {
        .channel($0)
      }
    case .string:
      guard let (value, exponents) = parsedQuantity(entry) else { return nil }
      if exponents == .time, let ticks = ticks(entry) { return .duration(ticks) }
      return .quantity(
        value,
        exponents: [
          exponents.second, exponents.metre, exponents.kilogram, exponents.ampere,
          exponents.kelvin, exponents.angle,
        ])
    case .array:
      report("the field of a device is one value or a channel", at: entry.value.span)
      return nil
    }
  }

  /// Makes a channel of `kind` for `device`; its number, the next that is free if none is given.
  private mutating func addChannel(
    _ given: TOMLTable.Entry?, _ kind: String, _ table: TOMLTable, of device: String, at span: Span
  ) -> UInt16? {
    var number = UInt16(clamping: (laboratory.channels.map { Int($0.number) }.max() ?? -1) + 1)
    if let given {
      guard let count = count(given, 0...65_534) else { return nil }
      number = UInt16(clamping: count)
      if let other = laboratory.channels.first(where: { $0.number == number && $0.device != device }
      ) {
        report(
          "channel \(number) belongs to the device `\(other.device)` already",
          at: given.value.span)
        return nil
      }
    }
    guard let described = channelKind(kind, table, at: span) else { return nil }
    laboratory.channels.removeAll { $0.number == number }
    laboratory.channels.append(
      ChannelDescription(number: number, device: device, kind: described))
    return number
  }

  private mutating func channelKind(_ kind: String, _ table: TOMLTable, at span: Span)
    -> ChannelDescription.Kind?
  {
    func allow(_ names: [String], _ reader: inout LaboratoryReader) {
      for entry in table.entries where entry.key != "kind" && entry.key != "number" {
        if !names.contains(entry.key) {
          reader.unknown(entry, in: "a channel of kind `\(kind)`", ["kind", "number"] + names)
        }
      }
    }
    func value(
      _ name: String, _ exponents: UnitExponents, _ standard: Double,
      _ reader: inout LaboratoryReader
    ) -> Double {
      table[name].map { reader.quantity($0, exponents) ?? standard } ?? standard
    }
    switch kind {
    case "ttl_output", "none":
      allow([], &self)
      return .ttlOutput
    case "ttl_input":
      allow([], &self)
      return .ttlInput
    case "spi":
      allow([], &self)
      return .spi
    case "dds":
      allow(["frequency", "phase", "amplitude"], &self)
      var amplitude = 1.0
      if let entry = table["amplitude"] { amplitude = number(entry) ?? 1 }
      return .dds(
        frequency: value("frequency", .frequency, 200e6, &self),
        phase: value("phase", .turns, 0, &self), amplitude: amplitude)
    case "dac":
      allow(["outputs", "range"], &self)
      return .dac(
        outputs: table["outputs"].flatMap { count($0, 1...1_024) } ?? 32,
        range: value("range", .voltage, 10, &self))
    case "adc":
      allow(["source", "inputs", "conversion", "range", "step", "pole", "noise"], &self)
      return .adc(
        ConverterDescription(
          source: table["source"].flatMap { string($0) },
          inputs: table["inputs"].flatMap { count($0, 1...1_024) } ?? 8,
          conversion: table["conversion"].flatMap { ticks($0) } ?? 2_000,
          range: value("range", .voltage, 10, &self),
          step: value("step", .voltage, 20.0 / 65536, &self),
          pole: value("pole", .time, 10e-6, &self), noise: value("noise", .voltage, 1e-3, &self)))
    case "camera":
      allow(["rates", "readout"], &self)
      var rates: [Double] = []
      if let entry = table["rates"], case .array(let elements) = entry.value.kind {
        for element in elements {
          let entry = TOMLTable.Entry(key: "rates", span: entry.span, value: element)
          rates.append(quantity(entry, .frequency) ?? 0)
        }
      }
      return .camera(rates: rates, readout: table["readout"].flatMap { ticks($0) } ?? 100_000)
    default:
      report(
        "there is no kind of channel called `\(kind)`", at: table["kind"]?.value.span ?? span,
        notes: ["There are ttl_output, ttl_input, dds, dac, adc, spi, camera and none."])
      return nil
    }
  }

  // MARK: Values

  private mutating func table(_ entry: TOMLTable.Entry) -> TOMLTable? {
    if case .table(let table) = entry.value.kind { return table }
    report("`\(entry.key)` is a table", at: entry.value.span)
    return nil
  }

  private mutating func string(_ entry: TOMLTable.Entry) -> String? {
    if case .string(let text) = entry.value.kind { return text }
    report("`\(entry.key)` is a string in quotes", at: entry.value.span)
    return nil
  }

  private mutating func number(_ entry: TOMLTable.Entry) -> Double? {
    switch entry.value.kind {
    case .float(let value): return value
    case .integer(let value): return Double(value)
    case .string, .boolean, .array, .table:
      report("`\(entry.key)` is a number", at: entry.value.span)
      return nil
    }
  }

  private mutating func count(_ entry: TOMLTable.Entry, _ range: ClosedRange<Int>) -> Int? {
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
  private mutating func ticks(_ entry: TOMLTable.Entry) -> Int64? {
    guard let seconds = quantity(entry, .time) else { return nil }
    let exact = seconds * Double(laboratory.core.ticksPerSecond)
    let rounded = exact.rounded()
    guard let ticks = Int64(exactly: rounded), ticks >= 0,
      abs(exact - rounded) < 1e-6 * max(1, rounded)
    else {
      report("`\(entry.key)` is no whole number of ticks", at: entry.value.span)
      return nil
    }
    return ticks
  }

  private mutating func quantity(_ entry: TOMLTable.Entry, _ wanted: UnitExponents) -> Double? {
    guard let (value, exponents) = parsedQuantity(entry, like: wanted) else { return nil }
    guard exponents == wanted else {
      report(
        "`\(entry.key)` is in \(example(wanted))", at: entry.value.span,
        notes: ["Its unit is of another quantity."])
      return nil
    }
    return value
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
  private mutating func parsedQuantity(_ entry: TOMLTable.Entry, like wanted: UnitExponents? = nil)
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
