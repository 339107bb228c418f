package import Diagnostics

extension BenchmarkReport {
  /// The report as a record, which docs/benchmarks.md describes.
  package var json: JSONValue {
    let kernels: [JSONValue] = request.kernels.map { kernel in
      [
        "kernel": .string(kernel.rawValue), "size": .integer(kernel.size(request.scale)),
        "in_mean": .bool(kernel.isInMean),
        "results": .array(rows.filter { $0.kernel == kernel }.map(json)),
      ]
    }
    return [
      "schema": 1,
      "scale": .string(request.scale.rawValue),
      "rounds": .integer(Int64(request.roundCount)),
      "interrupted": .bool(wasInterrupted),
      "kernels": .array(kernels),
      "means": .array(contenders.compactMap(mean)),
      "versions": .object(versions.map { JSONValue.Member($0.peer.rawValue, .string($0.text)) }),
      "absent": .array(
        absent.map { ["name": .string($0.peer.rawValue), "reason": .string($0.reason)] }
          + (jitIsAbsent ? [["name": "jit", "reason": "there is none for this processor"]] : [])),
      "latencies": .array(latencies.map(json)),
      "failures": .array(failures.map { .string($0) }),
    ]
  }

  private func json(of row: Row) -> JSONValue {
    var members: [JSONValue.Member] = [
      JSONValue.Member("name", .string(row.contender.name)),
      JSONValue.Member("result", .integer(row.result)),
      JSONValue.Member("unit", "s"),
      JSONValue.Member("median", .number(row.medianTime)),
      JSONValue.Member("times", .array(row.times.map { .number($0) })),
      JSONValue.Member("ratio", ratio(row.kernel, row.contender).map { .number($0) } ?? .null),
    ]
    if row.eventCount > 0 {
      let rate = Double(row.eventCount) / row.medianTime
      members.append(JSONValue.Member("events", .integer(Int64(row.eventCount))))
      members.append(JSONValue.Member("events_per_second", .number(rate)))
    }
    return .object(members)
  }

  private func mean(of contender: Contender) -> JSONValue? {
    guard let ratio = meanRatio(contender) else { return nil }
    var goal = JSONValue.null
    if case .larmor(let engine) = contender { goal = .number(engine.goal) }
    return ["name": .string(contender.name), "ratio": .number(ratio), "goal": goal]
  }

  private func json(of latency: Latency) -> JSONValue {
    [
      "name": .string(latency.name), "title": .string(latency.title), "unit": "s",
      "per": latency.unit.map { .string($0) } ?? .null, "value": .number(latency.seconds),
      "goal": latency.goal.map { .number($0) } ?? .null,
      "parts": .object(
        latency.parts.map { JSONValue.Member($0.name, .number($0.seconds)) }),
    ]
  }
}
