/// How large the work of the kernels is.
package enum BenchmarkScale: String, CaseIterable, Sendable {
  /// As the published ratios are measured.
  case full
  /// A hundredth of that or so: for counting instructions.
  case small
  /// Milliseconds, also in a debug build.
  case tiny
}

/// A program that Larmor and others are compared by.
package enum BenchmarkKernel: String, CaseIterable, Sendable {
  case fib, loop, mandelbrot, sieve, nbody, feedback

  /// Its experiment in `kernels.exp`.
  var experiment: String {
    switch self {
    case .fib: "Fib"
    case .loop: "Loop"
    case .mandelbrot: "Mandelbrot"
    case .sieve: "Sieve"
    case .nbody: "NBody"
    case .feedback: "Feedback"
    }
  }

  /// The argument of its kernel.
  package func size(_ scale: BenchmarkScale) -> Int64 {
    switch (self, scale) {
    case (.fib, .full): 35
    case (.fib, .small): 25
    case (.fib, .tiny): 12
    case (.loop, .full): 10_000
    case (.loop, .small): 1_000
    case (.loop, .tiny): 30
    case (.mandelbrot, .full): 400
    case (.mandelbrot, .small): 40
    case (.mandelbrot, .tiny): 6
    case (.sieve, .full): 5_000_000
    case (.sieve, .small): 50_000
    case (.sieve, .tiny): 500
    case (.nbody, .full): 500_000
    case (.nbody, .small): 5_000
    case (.nbody, .tiny): 20
    case (.feedback, .full): 1_000_000
    case (.feedback, .small): 10_000
    case (.feedback, .tiny): 100
    }
  }

  /// Whether it counts in the mean: the same work in all languages.
  ///
  /// Of `feedback` the others do less, they have no device.
  package var isInMean: Bool {
    switch self {
    case .fib, .loop, .mandelbrot, .sieve, .nbody: true
    case .feedback: false
    }
  }
}
