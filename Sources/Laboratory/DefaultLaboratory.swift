extension SystemDescription {
  /// The laboratory that there is without a description: digital outputs and inputs, oscillators
  /// and one ion.
  package static let defaultLaboratory: SystemDescription = {
    var devices: [DeviceDescription] = []
    var channels: [ChannelDescription] = []
    func add(
      _ names: [String], driver: String, _ kind: ChannelDescription.Kind,
      _ fields: [(name: String, value: DeviceDescription.FieldValue)] = []
    ) {
      for name in names {
        let number = UInt16(channels.count)
        devices.append(
          DeviceDescription(
            name: name, driver: driver, fields: [("channel", .channel(number))] + fields))
        channels.append(ChannelDescription(number: number, device: name, kind: kind))
      }
    }
    let outputs =
      ["led"] + (0..<8).map { "ttl\($0)" } + ["cooling", "probe", "pump", "answer"]
    add(outputs, driver: "TTLOut", .ttlOutput)
    add(["pmt", "trigger"], driver: "TTLIn", .ttlInput)
    add(
      ["qubit", "chirp"] + (0..<4).map { "dds\($0)" }, driver: "DDSChannel",
      .dds(frequency: 200e6, phase: 0, amplitude: 1))
    add(["counter"], driver: "GatedCounter", .ttlInput)
    add(["coil", "dac0"], driver: "DAC", .dac(outputs: 32, range: 10))
    let step = 20.0 / 65536
    for (name, source) in [("field", "coil"), ("adc0", "dac0")] {
      let converter = ConverterDescription(
        source: source, inputs: 8, conversion: 2_000, range: 10, step: step, pole: 10e-6,
        noise: 1e-3)
      add(
        [name], driver: "ADC", .adc(converter),
        [("step", .float(step)), ("conversion", .duration(2_000))])
    }
    add(["spi0"], driver: "SPI", .spi)
    return SystemDescription(
      name: "default",
      core: CoreDescription(
        ticksPerSecond: 1_000_000_000, coarse: 8, margin: 10_000, laneCount: 8, laneDepth: 128,
        inputDepth: 64, arenaBytes: 1 << 22, stackBytes: 1 << 16),
      costs: CostTable(
        version: 1, operation: 20, event: 100, kernelStart: 1_000, hostRoundTrip: 200_000),
      devices: devices, channels: channels,
      ion: IonDescription(
        brightRate: 60e3, darkRate: 1e3, backgroundRate: 200, coolingTime: 100e-6,
        rabiFrequency: 50e3,
        resonance: 200e6, t1: 5e-3, t2Star: 2e-3),
      triggerRate: 20e3)
  }()
}
