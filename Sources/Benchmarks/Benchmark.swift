/// What is measured, and with whom it is compared.
package struct BenchmarkRequest: Sendable {
  package var kernels = BenchmarkKernel.allCases
  package var peers = Peer.allCases
  package var scale = BenchmarkScale.full
  package var roundCount = 5
  package var measuresLatencies = true

  package init() {}
}

/// Who wants to hear of a measurement while it is going.
package struct BenchmarkObserver {
  /// So much of it is done, from 0 to 1.
  package var progress: (Double) -> Void
  /// Asked between two runs.
  package var isInterrupted: () -> Bool
  package init(progress: @escaping (Double) -> Void, isInterrupted: @escaping () -> Bool) {
    self.progress = progress
    self.isInterrupted = isInterrupted
  }
}

/// What came of a measurement.
package struct BenchmarkReport: Sendable {
  /// Who is measured: an engine of Larmor, or a peer.
  package enum Contender: Hashable, Sendable {
    case larmor(BenchmarkEngine)
    case peer(Peer)

    /// As it is called on the command line and in the record.
    package var name: String {
      switch self {
      case .larmor(let engine): engine.rawValue
      case .peer(let peer): peer.rawValue
      }
    }

    /// As it is called in the table.
    package var title: String {
      switch self {
      case .larmor(let engine): engine.title
      case .peer(let peer): peer.title
      }
    }
  }

  /// One kernel by one contender.
  package struct Row: Sendable {
    package let kernel: BenchmarkKernel
    package let contender: Contender
    /// Seconds, by round.
    package let times: [Double]
    package let result: Int64
    /// Events that the simulated device emitted in each round.
    package let eventCount: Int

    package var medianTime: Double { median(times) ?? .nan }
  }

  package let request: BenchmarkRequest
  package fileprivate(set) var rows: [Row] = []
  package fileprivate(set) var absent: [AbsentPeer] = []
  /// What runs or compiles each peer.
  package fileprivate(set) var versions: [(peer: Peer, text: String)] = []
  /// Why `jit` is not among the contenders; nil where it is.
  package fileprivate(set) var jitIsAbsent = false
  package fileprivate(set) var latencies: [Latency] = []
  /// What must not be: results that differ, programs that fail.
  package fileprivate(set) var failures: [String] = []
  package fileprivate(set) var wasInterrupted = false

  /// The row of `kernel` by `contender`, if there is one.
  package func row(_ kernel: BenchmarkKernel, _ contender: Contender) -> Row? {
    rows.first { $0.kernel == kernel && $0.contender == contender }
  }

  /// The contenders that have rows, in their order.
  package var contenders: [Contender] {
    var seen: Set<Contender> = []
    return rows.map(\.contender).filter { seen.insert($0).inserted }
  }

  /// How many times as long as C `contender` takes for `kernel`.
  package func ratio(_ kernel: BenchmarkKernel, _ contender: Contender) -> Double? {
    guard let own = row(kernel, contender), let c = row(kernel, .peer(.c)) else { return nil }
    return own.medianTime / c.medianTime
  }

  /// The geometric mean of the ratios of the kernels that count; nil unless all are there.
  package func meanRatio(_ contender: Contender) -> Double? {
    let counted = BenchmarkKernel.allCases.filter(\.isInMean)
    let ratios = counted.compactMap { ratio($0, contender) }
    return ratios.count == counted.count ? geometricMean(ratios) : nil
  }
}

/// Measures what `request` asks for; `binary` is the path of `larmor`, for its start-up.
package func measure(
  _ request: BenchmarkRequest, binary: String, observer: BenchmarkObserver
) throws(BenchmarkImages.Refusal) -> BenchmarkReport {
  var benchmark = Benchmark(
    images: try BenchmarkImages(), observer: observer, report: BenchmarkReport(request: request))
  benchmark.preparePeers()
  for kernel in request.kernels where !benchmark.isInterrupted { benchmark.run(kernel) }
  if request.measuresLatencies, !benchmark.isInterrupted { try benchmark.measureLatencies(binary) }
  return benchmark.report
}

/// The worker of `measure`.
private struct Benchmark {
  let images: BenchmarkImages
  let observer: BenchmarkObserver
  var report: BenchmarkReport
  private var peers: [ReadyPeer] = []
  /// Removed at the end.
  private let folder = ScratchFolder()
  private var doneCount = 0

  init(images: BenchmarkImages, observer: BenchmarkObserver, report: BenchmarkReport) {
    self.images = images
    self.observer = observer
    self.report = report
  }

  private var request: BenchmarkRequest { report.request }

  var isInterrupted: Bool {
    mutating get {
      if observer.isInterrupted() { report.wasInterrupted = true }
      return report.wasInterrupted
    }
  }

  mutating func preparePeers() {
    guard !request.peers.isEmpty else { return }
    guard let folder else {
      report.absent = request.peers.map {
        AbsentPeer(peer: $0, reason: "no folder can be made for its program")
      }
      return
    }
    let preparation = PeerPreparation(folder: folder)
    for peer in request.peers where !isInterrupted {
      switch preparation.prepare(peer) {
      case .success(let ready):
        peers.append(ready)
        report.versions.append((peer, ready.version))
      case .failure(let absence):
        report.absent.append(AbsentPeer(peer: peer, reason: absence.reason))
      }
    }
  }

  /// Measures `kernel` in rounds, in each of which everybody has a turn.
  mutating func run(_ kernel: BenchmarkKernel) {
    var devices: [(engine: BenchmarkEngine, run: DeviceRun)] = []
    do throws(MeasurementFailure) {
      for engine in BenchmarkEngine.allCases {
        let device = try DeviceRun(kernel, of: images)
        switch engine {
        case .interpreter: devices.append((engine, device))
        case .jit:
          if device.translate() {
            devices.append((engine, device))
          } else {
            report.jitIsAbsent = true
          }
        }
      }
    } catch {
      report.failures.append("\(kernel.rawValue): \(error.reason)")
      return
    }
    let contenders =
      peers.map { BenchmarkReport.Contender.peer($0.peer) }
      + devices.map { BenchmarkReport.Contender.larmor($0.engine) }
    var measured: [BenchmarkReport.Contender: [Measurement]] = [:]
    var failed: Set<BenchmarkReport.Contender> = []
    let size = kernel.size(request.scale)
    for _ in 0..<request.roundCount {
      for (index, contender) in contenders.enumerated() where !failed.contains(contender) {
        guard !isInterrupted else { break }
        let outcome =
          index < peers.count
          ? peers[index].measure(kernel, size: size)
          : Result { () throws(MeasurementFailure) in
            try devices[index - peers.count].run.measure(size: size)
          }
        switch outcome {
        case .success(let measurement): measured[contender, default: []].append(measurement)
        case .failure(let failure):
          // Ctrl-C reaches other programs, too.
          guard !isInterrupted else { break }
          failed.insert(contender)
          report.failures.append(
            "\(kernel.rawValue) by \(contender.title): \(failure.reason)")
        }
        doneCount += 1
        tellProgress(of: contenders.count)
      }
    }
    take(measured, of: kernel, in: contenders)
  }

  private func tellProgress(of contenderCount: Int) {
    let whole = request.kernels.count * request.roundCount * contenderCount
    observer.progress(min(1, Double(doneCount) / Double(max(1, whole))))
  }

  /// Puts what was measured into the report, and compares the results.
  private mutating func take(
    _ measured: [BenchmarkReport.Contender: [Measurement]], of kernel: BenchmarkKernel,
    in contenders: [BenchmarkReport.Contender]
  ) {
    var expected: (result: Int64, from: String)?
    for contender in contenders {
      guard let measurements = measured[contender], let first = measurements.first else { continue }
      report.rows.append(
        BenchmarkReport.Row(
          kernel: kernel, contender: contender, times: measurements.map(\.seconds),
          result: first.result, eventCount: first.eventCount))
      let (due, origin) = expected ?? (first.result, contender.title)
      expected = (due, origin)
      for measurement in measurements where measurement.result != due {
        report.failures.append(
          "\(kernel.rawValue): \(contender.title) computes \(measurement.result), \(origin) \(due)")
        break
      }
    }
  }

  mutating func measureLatencies(_ binary: String) throws(BenchmarkImages.Refusal) {
    report.latencies = try larmorLatencies(
      description: images.description, binary: binary, repeats: request.latencyRepeats)
  }
}

extension BenchmarkRequest {
  /// How often each latency is taken.
  fileprivate var latencyRepeats: Int {
    switch scale {
    case .full: 100
    case .small: 20
    case .tiny: 2
    }
  }
}
