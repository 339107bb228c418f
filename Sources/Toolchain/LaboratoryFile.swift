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

/// Reads the tables of a laboratory, on top of the default one; devices and channels are read in
/// `LaboratoryFile+Devices.swift`, values in `LaboratoryFile+Values.swift`.
struct LaboratoryReader {
  let source: SourceID
  var faults: [Diagnostic] = []
  var laboratory = SystemDescription.defaultLaboratory

  init(source: SourceID) { self.source = source }

  mutating func report(_ message: String, at span: Span, notes: [String] = []) {
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
        laboratory.triggerRate = quantity(entry, .frequency, .orZero) ?? laboratory.triggerRate
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

  mutating func unknown(_ entry: TOMLTable.Entry, in what: String, _ known: [String]) {
    var fixes: [Fix] = []
    if let near = nearest(to: entry.key, among: known) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(entry.span, near)])]
    }
    faults.append(
      Diagnostic(
        .unknownDevice, "\(what) has no `\(entry.key)`", at: entry.span,
        notes: ["It has \(known.joined(separator: ", "))."], fixes: fixes))
  }

  private mutating func readCore(_ entry: TOMLTable.Entry) {
    let entries = table(entry)?.entries ?? []
    // Times are counted in it, those of the default laboratory, too.
    if let tick = entries.first(where: { $0.key == "tick" }) { readTick(tick) }
    for entry in entries {
      switch entry.key {
      case "tick": break
      case "margin": laboratory.core.margin = ticks(entry) ?? laboratory.core.margin
      case "coarse":
        laboratory.core.coarse = ticks(entry) ?? laboratory.core.coarse
        if laboratory.core.coarse < 1 {
          report("`coarse` is at least one tick", at: entry.value.span)
        }
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
          ["tick", "margin", "coarse", "lanes", "lane_depth", "input_depth", "arena", "stack"])
      }
    }
  }

  /// The tick, of which a second is a whole number.
  private mutating func readTick(_ entry: TOMLTable.Entry) {
    guard let seconds = quantity(entry, .time) else { return }
    let rate = (1 / seconds).rounded()
    guard seconds > 0, rate >= 1, rate <= 1e12, abs(1 / seconds - rate) < 1e-12 * rate else {
      return report(
        "a second is no whole number of such ticks", at: entry.value.span,
        notes: ["A tick is between 1 ps and 1 s, as in `tick = \"8 ns\"`."])
    }
    laboratory = laboratory.counted(inTicksPerSecond: Int64(rate))
  }

  private mutating func readCosts(_ entry: TOMLTable.Entry) {
    for entry in table(entry)?.entries ?? [] {
      switch entry.key {
      case "operation": laboratory.costs.operation = ticks(entry) ?? laboratory.costs.operation
      case "event": laboratory.costs.event = ticks(entry) ?? laboratory.costs.event
      case "kernel_start":
        laboratory.costs.kernelStart = ticks(entry) ?? laboratory.costs.kernelStart
        if laboratory.costs.kernelStart < laboratory.core.coarse {
          report("a kernel's start takes at least one coarse tick", at: entry.value.span)
        }
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
        value = reader.quantity(entry, .frequency, .orZero) ?? value
      }
      func seconds(_ value: inout Double, _ reader: inout LaboratoryReader) {
        value = reader.quantity(entry, .time, .orZero) ?? value
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
}
