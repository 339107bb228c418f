import Diagnostics
import Laboratory
import Syntax

extension LaboratoryReader {
  private static let kinds = [
    "TTLOut": "ttl_output", "TTLIn": "ttl_input", "GatedCounter": "ttl_input",
    "DDSChannel": "dds", "DAC": "dac", "ADC": "adc", "SPI": "spi",
  ]

  mutating func readDevice(_ entry: TOMLTable.Entry) {
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
      _ reader: inout LaboratoryReader, _ sign: LaboratoryReader.Sign = .any
    ) -> Double {
      table[name].map { reader.quantity($0, exponents, sign) ?? standard } ?? standard
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
        range: value("range", .voltage, 10, &self, .positive))
    case "adc":
      allow(["source", "inputs", "conversion", "range", "step", "pole", "noise"], &self)
      return .adc(
        ConverterDescription(
          source: table["source"].flatMap { string($0) },
          inputs: table["inputs"].flatMap { count($0, 1...1_024) } ?? 8,
          conversion: table["conversion"].flatMap { ticks($0) } ?? ticks(ofNanoseconds: 2_000),
          range: value("range", .voltage, 10, &self, .positive),
          step: value("step", .voltage, 20.0 / 65536, &self, .positive),
          pole: value("pole", .time, 10e-6, &self, .orZero),
          noise: value("noise", .voltage, 1e-3, &self, .orZero)))
    case "camera":
      allow(["rates", "readout"], &self)
      var rates: [Double] = []
      if let entry = table["rates"], case .array(let elements) = entry.value.kind {
        for element in elements {
          let entry = TOMLTable.Entry(key: "rates", span: entry.span, value: element)
          rates.append(quantity(entry, .frequency, .orZero) ?? 0)
        }
      }
      return .camera(
        rates: rates,
        readout: table["readout"].flatMap { ticks($0) } ?? ticks(ofNanoseconds: 100_000))
    default:
      report(
        "there is no kind of channel called `\(kind)`", at: table["kind"]?.value.span ?? span,
        notes: ["There are ttl_output, ttl_input, dds, dac, adc, spi, camera and none."])
      return nil
    }
  }
}
