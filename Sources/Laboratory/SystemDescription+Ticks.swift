extension SystemDescription {
  /// The same laboratory with another tick: times that are no whole number of them are rounded up.
  package func counted(inTicksPerSecond rate: Int64) -> SystemDescription {
    var result = self
    let old = core.ticksPerSecond
    guard rate != old, rate > 0, old > 0 else { return self }
    func ticks(_ time: Int64) -> Int64 {
      let (high, low) = time.multipliedFullWidth(by: rate)
      guard high == 0 || (high == -1 && time < 0) else { return .max }
      let (quotient, remainder) = old.dividingFullWidth((high, low))
      return quotient + (remainder > 0 ? 1 : 0)
    }
    result.core.ticksPerSecond = rate
    result.core.coarse = ticks(core.coarse)
    result.core.margin = ticks(core.margin)
    result.costs.operation = ticks(costs.operation)
    result.costs.event = ticks(costs.event)
    result.costs.kernelStart = ticks(costs.kernelStart)
    result.costs.hostRoundTrip = ticks(costs.hostRoundTrip)
    for (index, device) in devices.enumerated() {
      for (place, field) in device.fields.enumerated() {
        guard case .duration(let time) = field.value else { continue }
        result.devices[index].fields[place].value = .duration(ticks(time))
      }
    }
    for (index, channel) in channels.enumerated() {
      switch channel.kind {
      case .adc(var converter):
        converter.conversion = ticks(converter.conversion)
        result.channels[index].kind = .adc(converter)
      case .camera(let rates, let readout):
        result.channels[index].kind = .camera(rates: rates, readout: ticks(readout))
      case .ttlOutput, .ttlInput, .dds, .dac, .spi: break
      }
    }
    return result
  }
}
