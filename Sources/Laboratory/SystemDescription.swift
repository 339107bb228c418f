/// What a laboratory consists of: the core device with its times and depths, every device with its
/// driver and fields, and the physics behind the simulated ones.
package struct SystemDescription: Sendable {
  package var name: String
  package var core: CoreDescription
  package var costs: CostTable
  package var devices: [DeviceDescription]
  package var channels: [ChannelDescription]
  package var ion: IonDescription
  /// The mean rate of the Poisson edges at the channel named `trigger`, in Hz.
  package var triggerRate: Double

  package init(
    name: String, core: CoreDescription, costs: CostTable, devices: [DeviceDescription],
    channels: [ChannelDescription], ion: IonDescription, triggerRate: Double
  ) {
    self.name = name
    self.core = core
    self.costs = costs
    self.devices = devices
    self.channels = channels
    self.ion = ion
    self.triggerRate = triggerRate
  }

  /// The device called `name`; nil if there is none.
  package func device(named name: String) -> DeviceDescription? {
    devices.first { $0.name == name }
  }
}

/// Times and depths of the core device.
///
/// Times are in ticks.
package struct CoreDescription: Hashable, Sendable {
  package var ticksPerSecond: Int64
  /// Ticks of a coarse cycle.
  package var coarse: Int64
  /// How far ahead of the clock the cursor is put where it catches up.
  package var margin: Int64
  package var laneCount: Int
  package var laneDepth: Int
  package var inputDepth: Int
  /// Bytes of the arena out of which a kernel's arrays come, and of its stack.
  package var arenaBytes: Int
  package var stackBytes: Int
  /// How deep calls nest in a kernel: each counts 64 bytes, whatever its function needs.
  package var callDepthMax: Int { max(1, stackBytes / 64) }

  package init(
    ticksPerSecond: Int64, coarse: Int64, margin: Int64, laneCount: Int, laneDepth: Int,
    inputDepth: Int,
    arenaBytes: Int, stackBytes: Int
  ) {
    self.ticksPerSecond = ticksPerSecond
    self.coarse = coarse
    self.margin = margin
    self.laneCount = laneCount
    self.laneDepth = laneDepth
    self.inputDepth = inputDepth
    self.arenaBytes = arenaBytes
    self.stackBytes = stackBytes
  }
}

/// Device time charged to the language's operations, in ticks (rule 42).
package struct CostTable: Hashable, Sendable {
  package var version: Int
  package var operation: Int64
  /// An output, a gate or a read of an input.
  package var event: Int64
  package var kernelStart: Int64
  package var hostRoundTrip: Int64
  package init(
    version: Int, operation: Int64, event: Int64, kernelStart: Int64, hostRoundTrip: Int64
  ) {
    self.version = version
    self.operation = operation
    self.event = event
    self.kernelStart = kernelStart
    self.hostRoundTrip = hostRoundTrip
  }
}

/// A device that experiments can ask for by name: its driver and what its fields are.
package struct DeviceDescription: Hashable, Sendable {
  /// What a field of a driver is filled with.
  package enum FieldValue: Hashable, Sendable {
    case channel(UInt16)
    case integer(Int64)
    /// In SI base units, angles in turns.
    case float(Double)
    /// The same with its dimension: powers of second, metre, kilogram, ampere, kelvin and turn.
    case quantity(Double, exponents: [Int8])
    /// In ticks.
    case duration(Int64)
    case boolean(Bool)
  }
  package var name: String
  package var driver: String
  package var fields: [(name: String, value: FieldValue)]
  package init(name: String, driver: String, fields: [(name: String, value: FieldValue)]) {
    self.name = name
    self.driver = driver
    self.fields = fields
  }
  package static func == (a: DeviceDescription, b: DeviceDescription) -> Bool {
    a.name == b.name && a.driver == b.driver && a.fields.elementsEqual(b.fields) { $0 == $1 }
  }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(driver)
  }
}

/// A channel of the core device and what hangs on it in the simulated world.
package struct ChannelDescription: Hashable, Sendable {
  /// What kind of thing hangs on the channel.
  package enum Kind: Hashable, Sendable {
    /// A digital output: address 0, value 0 or 1.
    case ttlOutput
    /// A digital input with gates; entries at address 0 are edges, at address 1 closed windows with
    /// their counts.
    case ttlInput
    /// Addresses: 0 frequency in Hz, 1 phase in turns, 2 amplitude (each a float's bits), 3 phase
    /// mode (0 coherent, 1 continuous, 2 reset), 4 switch (0 or 1).
    case dds(frequency: Double, phase: Double, amplitude: Double)
    /// A converter with that many outputs; addresses are their numbers, values volts (a float's
    /// bits), held within ±`range`.
    case dac(outputs: Int, range: Double)
    /// A converter; a write to address n samples input n, whose code (see `ConverterDescription`)
    /// is a reading at address 2 + n.
    case adc(ConverterDescription)
    /// A bus: a write to address 0 is a transfer that nothing comes back from, one to address 1 one
    /// whose answer is a reading at address 2. Address 2 sets the length in bits, 3 the seconds of
    /// a bit (a float's bits), 4 the chip that is selected. What hangs on it sends back what it was
    /// sent in the transfer before.
    case spi
    /// A camera: while address 0 is 1 it is exposed; when that ends each region's counts are a
    /// reading at address 2 + the region's number. Rates in Hz, `readout` in ticks.
    case camera(rates: [Double], readout: Int64)
  }
  package var number: UInt16
  package var device: String
  package var kind: Kind
  package init(number: UInt16, device: String, kind: Kind) {
    self.number = number
    self.device = device
    self.kind = kind
  }
}

/// A simulated analog to digital converter.
package struct ConverterDescription: Hashable, Sendable {
  /// The device with a DAC whose output n is led to input n; nil: nothing is.
  package var source: String?
  package var inputs: Int
  /// Ticks from the sample to its reading.
  package var conversion: Int64
  /// Volts of the greatest code and of one step of the code.
  package var range: Double
  package var step: Double
  /// The time constant of the way in seconds, and the noise in volts.
  package var pole: Double
  package var noise: Double

  package init(
    source: String?, inputs: Int, conversion: Int64, range: Double, step: Double, pole: Double,
    noise: Double
  ) {
    self.source = source
    self.inputs = inputs
    self.conversion = conversion
    self.range = range
    self.step = step
    self.pole = pole
    self.noise = noise
  }
}

/// The simulated ion (rule 54).
///
/// Rates in Hz, times in seconds.
package struct IonDescription: Hashable, Sendable {
  package var brightRate: Double
  package var darkRate: Double
  package var backgroundRate: Double
  package var coolingTime: Double
  package var rabiFrequency: Double
  package var resonance: Double
  package var t1: Double
  package var t2Star: Double
  package init(
    brightRate: Double, darkRate: Double, backgroundRate: Double, coolingTime: Double,
    rabiFrequency: Double,
    resonance: Double, t1: Double, t2Star: Double
  ) {
    self.brightRate = brightRate
    self.darkRate = darkRate
    self.backgroundRate = backgroundRate
    self.coolingTime = coolingTime
    self.rabiFrequency = rabiFrequency
    self.resonance = resonance
    self.t1 = t1
    self.t2Star = t2Star
  }
}
