import Diagnostics
import Laboratory
import Testing
import Toolchain

/// Descriptions of laboratories: what is wrong with one is said with its line.
@Suite struct LaboratoryTests {
  private func faults(_ text: String) -> [String] {
    let (laboratory, sources) = readLaboratory("lab.toml", Array(text.utf8))
    return laboratory.diagnostics.map {
      let position = sources.position(of: $0.span)
      return "\(position.line):\(position.column) \($0.message)"
    }
  }

  @Test func whatIsWrongIsSaidWithItsPlace() {
    #expect(
      faults("[core]\nmargin = 10 us") == [
        "2:13 the line should end here; strings stand in quotes: `\"10 us\"`"
      ])
    #expect(faults("[core]\nmargin = 10").first?.hasPrefix("2:10 `margin` is a quantity") == true)
    #expect(faults("[core]\nmargin = \"10 V\"") == ["2:10 `margin` is in s"])
    #expect(faults("[core]\nmargin = \"0.5 ns\"") == ["2:10 `margin` is no whole number of ticks"])
    #expect(faults("[core]\nmargni = \"1 us\"") == ["2:1 the core has no `margni`"])
    #expect(faults("[devices.a]\nchannel = 1") == ["1:10 the device `a` needs a `driver`"])
    #expect(
      faults(
        "[devices.a]\ndriver = \"TTLOut\"\nchannel = 1\n[devices.b]\ndriver = \"TTLOut\"\nchannel = 1"
      )
        == ["6:11 channel 1 belongs to the device `a` already"])
    #expect(faults("a = 1\na = 2") == ["2:1 `a` is given twice"])
    #expect(faults("a = \"x").count == 1)
    #expect(faults("a = [1,").count == 1)
    #expect(faults("[a") == ["1:3 `]` is due here"])
    #expect(faults("a = 2026-01-01").count == 1)
    #expect(faults("[ion]\nt1 = \"-5 ms\"") == ["2:6 `t1` cannot be negative"])
    #expect(faults("[core]\nmargin = \"-5 us\"") == ["2:10 `margin` cannot be negative"])
    #expect(faults("trigger_rate = \"-1 kHz\"") == ["1:16 `trigger_rate` cannot be negative"])
    #expect(
      faults("[devices.a]\ndriver = \"DAC\"\nchannel = { kind = \"dac\", range = \"0 V\" }")
        .contains {
          $0.hasSuffix("`range` is greater than zero")
        })
  }

  @Test func tomlIsRead() throws {
    let text = """
      # a comment
      title = "a \\"b\\" \\u00e9" # behind
      'plain key' = 'no \\n escape'
      long = \"""
      two
      lines\"""
      numbers = [1, -2_000, 0xFF, 1.5e3, ]
      a.b.c = true
      point = { x = 1, y = { z = 2 } }
      [table]
      key = 1
      [[many]]
      n = 1
      [[many]]
      n = 2
      """
    var sources = SourceSet()
    let source = sources.add(Source(name: "t", text: text))
    let table = try parseTOML(source, in: sources).get()
    #expect(
      table.entries.map(\.key) == [
        "title", "plain key", "long", "numbers", "a", "point", "table", "many",
      ])
    guard case .string("a \"b\" é")? = table["title"]?.value.kind,
      case .string("no \\n escape")? = table["plain key"]?.value.kind,
      case .string("two\nlines")? = table["long"]?.value.kind,
      case .array(let numbers)? = table["numbers"]?.value.kind,
      case .array(let many)? = table["many"]?.value.kind
    else {
      Issue.record("not as written")
      return
    }
    #expect(numbers.count == 4 && many.count == 2)
  }

  @Test func theDefaultOneCanBeExtended() throws {
    let (laboratory, _) = readLaboratory(
      "lab.toml",
      Array("extends = \"default\"\n[devices.led]\ndriver = \"TTLOut\"\nchannel = 90\n".utf8))
    let description = try #require(laboratory.value)
    #expect(description.devices.count == SystemDescription.defaultLaboratory.devices.count)
    #expect(description.device(named: "qubit")?.driver == "DDSChannel")
    #expect(description.device(named: "led")?.fields.first?.value == .channel(90))
  }
}
