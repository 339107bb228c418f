// A report for people to read.

extension BenchmarkReport {
  /// The report as lines of text.
  package var lines: [String] {
    var lines: [String] = []
    lines += ratioTable
    lines += eventLines
    lines += versions.filter { $0.peer != .luajitInterpreter }.map {
      "\($0.peer.title): \($0.text)"
    }
    if jitIsAbsent { lines.append("jit is not compared: there is none for this processor") }
    lines += absent.map { "\($0.peer.title) is not compared: \($0.reason)" }
    if !latencies.isEmpty {
      if !lines.isEmpty { lines.append("") }
      lines += latencyTable
    }
    return lines
  }

  /// A row for each contender: of C the times, of the others how many times as long they take.
  private var ratioTable: [String] {
    guard !rows.isEmpty else { return [] }
    let kernels = request.kernels
    let hasC = contenders.contains(.peer(.c))
    var table = [["\(request.scale.rawValue), \(request.roundCount) rounds"]]
    table[0] += kernels.map(\.rawValue) + (hasC ? ["mean"] : [])
    for contender in contenders {
      let isUnit = !hasC || contender == .peer(.c)
      var cells = [contender.title + (isUnit ? ", \(unit.name)" : "")]
      for kernel in kernels {
        let value =
          isUnit
          ? row(kernel, contender).map { digits($0.medianTime / unit.seconds) }
          : ratio(kernel, contender).map(digits)
        cells.append(value ?? "")
      }
      if hasC { cells.append(isUnit ? "" : meanRatio(contender).map(digits) ?? "") }
      table.append(cells)
    }
    let note =
      hasC
      ? [
        "",
        "How many times as long as C, by medians; the mean is geometric, without feedback.",
      ] : []
    return aligned(table) + note + goalLines
  }

  /// What times are shown in.
  private var unit: (name: String, seconds: Double) {
    switch request.scale {
    case .full: ("ms", 1e-3)
    case .small, .tiny: ("us", 1e-6)
    }
  }

  private var goalLines: [String] {
    BenchmarkEngine.allCases.compactMap { engine in
      let contender = Contender.larmor(engine)
      guard let mean = meanRatio(contender) else { return nil }
      let misses = missedGoals(of: engine).map { "; \($0.what) in \($0.kernels)" }.joined()
      return "\(engine.title): \(digits(mean)) in the mean, goal \(digits(engine.goal))\(misses)"
    }
  }

  /// What `engine` should not be in any kernel that counts, and those in which it is.
  private func missedGoals(of engine: BenchmarkEngine) -> [(what: String, kernels: String)] {
    let own = Contender.larmor(engine)
    func kernels(where isMissed: (BenchmarkKernel) -> Bool) -> String {
      request.kernels.filter { $0.isInMean && isMissed($0) }.map(\.rawValue)
        .joined(separator: ", ")
    }
    let missed: [(what: String, kernels: String)]
    switch engine {
    case .jit:
      missed = [("above 2", kernels { (ratio($0, own) ?? 0) > 2 })]
    case .interpreter:
      missed = [Peer.lua, .wasmkit].map { peer in
        let slower = kernels { kernel in
          guard let time = row(kernel, own)?.medianTime else { return false }
          return row(kernel, .peer(peer)).map { $0.medianTime < time } ?? false
        }
        return ("slower than \(peer.title)", slower)
      }
    }
    return missed.filter { !$0.kernels.isEmpty }
  }

  private var eventLines: [String] {
    BenchmarkEngine.allCases.compactMap { engine in
      row(.feedback, .larmor(engine)).map {
        let rate = Double($0.eventCount) / $0.medianTime
        return "\(engine.title): \(digits(rate / 1e6)) million events/s in feedback, goal 10"
      }
    }
  }

  private var latencyTable: [String] {
    var table: [[String]] = []
    for latency in latencies {
      let per = latency.unit.map { "/\($0)" } ?? ""
      let goal = latency.goal.map { "goal " + time($0) + per } ?? ""
      table.append([latency.name, time(latency.seconds) + per, goal, latency.title])
      for part in latency.parts { table.append(["  " + part.name, time(part.seconds), "", ""]) }
    }
    return aligned(table, left: [0, 2, 3])
  }

  /// `value` with three digits or so.
  private func digits(_ value: Double) -> String {
    let places = value >= 100 ? 0 : value >= 10 ? 1 : 2
    let power = [1, 10, 100][places]
    let whole = Int64((value * Double(power)).rounded())
    guard places > 0 else { return String(whole) }
    let fraction = String(whole % Int64(power))
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(whole / Int64(power)).\(zeros)\(fraction)"
  }

  private func time(_ seconds: Double) -> String {
    for (unit, length) in [("s", 1.0), ("ms", 1e-3), ("us", 1e-6)] where seconds >= length {
      return digits(seconds / length) + " " + unit
    }
    return digits(max(0, seconds) * 1e9) + " ns"
  }

  /// The cells of `table` in columns, which are aligned on the right but for those in `left`.
  private func aligned(_ table: [[String]], left: Set<Int> = [0]) -> [String] {
    let columnCount = table.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      table.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return table.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (left.contains(column) ? cell + gap : gap + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension BenchmarkEngine {
  /// At most so many times as long as C it is to take in the mean.
  var goal: Double {
    switch self {
    case .jit: 1.5
    case .interpreter: 6.5
    }
  }
}
