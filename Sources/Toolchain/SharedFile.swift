import Diagnostics
package import Running
package import Typing
import Values

/// The shared datasets as they stand in a file, also those that the program at hand does not know.
package struct SharedFile: Sendable {
  /// By key: an object with a unit and a value.
  private var entries: [JSONValue.Member]

  /// A file without shared datasets.
  package init() { entries = [] }

  /// Takes in the text of a file: an object of keys, as `shared` in a run's JSON.
  package init(_ bytes: [UInt8]) throws(JSONError) {
    guard case .object(let members) = try readJSON(bytes) else {
      throw JSONError(message: "expected an object with a member for each key", line: 1)
    }
    entries = members
  }

  /// The values of the keys that `experiment` declares, by their types; an entry that does not fit
  /// is named in `faults`.
  package func store(for experiment: TypedExperiment, in program: TypedProgram) -> (
    store: SharedStore, faults: [String]
  ) {
    let values = ValueJSON(program)
    var store = SharedStore()
    var faults: [String] = []
    let members = program.sharedMembers(of: experiment).map { program[$0] }
    // Of entries with one key the last one counts.
    for entry in entries {
      let key = entry.name
      let member =
        members.first { $0.keyFunction == nil && $0.isShared(at: key) }
        ?? members.first { $0.isShared(at: key) }
      guard let member else { continue }
      let entry = entry.value
      store.values[key] = nil
      let wanted = unit(of: member.type)
      guard let json = entry["value"] else {
        faults.append("`\(key)` has no value")
        continue
      }
      if case .string(let unit)? = entry["unit"], unit != wanted {
        faults.append("`\(key)` is in `\(unit)`, but the program declares it in `\(wanted)`")
        continue
      }
      guard let value = values.constant(from: json, member.type) else {
        faults.append("`\(key)` is no \(program.text(member.type))")
        continue
      }
      store.values[key] = value
    }
    return (store, faults)
  }

  /// Takes in what the keys of `record` are after its run.
  package mutating func update(from record: RunRecord, in program: TypedProgram) {
    let values = ValueJSON(program)
    for shared in record.shared {
      let entry = JSONValue.Member(
        shared.key, .object(values.entry(values.json(of: shared.value, shared.type), shared.type)))
      if let index = entries.firstIndex(where: { $0.name == shared.key }) {
        entries[index] = entry
      } else {
        entries.append(entry)
      }
    }
  }

  /// The text to be written.
  package var text: String { JSONValue.object(entries).pretty + "\n" }
}
