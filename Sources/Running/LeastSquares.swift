import CMinpack

/// What a fit gave: the parameters, their standard errors, the sum of squares of what is left, and
/// whether it settled.
package struct Fit: Hashable, Sendable {
  package let parameters: [Double]
  /// From the covariance, scaled by chi-squared over the degrees of freedom; zero where these are
  /// none.
  package let errors: [Double]
  package let chiSquared: Double
  package let hasConverged: Bool
}

/// Why there is no fit.
package enum FitFailure: Error, Hashable, Sendable {
  /// No points, fewer points than parameters, lengths that differ, or values that are no numbers.
  case badInput
  /// The model could not be evaluated; why is known where it was called.
  case stopped
}

/// The parameters for which `model` comes nearest to `y` at the points `x`, by least squares from
/// `start` on.
///
/// `model` fills its second argument with the values at all points for given parameters, and
/// returns false to give up.
package func leastSquares(
  y: [Double], start: [Double], model: ([Double], inout [Double]) -> Bool
) -> Result<Fit, FitFailure> {
  let pointCount = y.count
  let parameterCount = start.count
  guard parameterCount > 0, pointCount >= parameterCount, pointCount < 1 << 24,
    parameterCount < 1 << 10,
    y.allSatisfy(\.isFinite), start.allSatisfy(\.isFinite)
  else { return .failure(.badInput) }
  return withoutActuallyEscaping(model) { model in
    var problem = Problem(model: model, y: y, values: Array(repeating: 0, count: pointCount))
    return solve(&problem, pointCount, parameterCount, start)
  }
}

private struct Problem {
  let model: ([Double], inout [Double]) -> Bool
  let y: [Double]
  var values: [Double]
}

private func solve(
  _ problem: inout Problem, _ pointCount: Int, _ parameterCount: Int, _ start: [Double]
) -> Result<Fit, FitFailure> {
  var parameters = start
  var residuals = [Double](repeating: 0, count: pointCount)
  var jacobian = [Double](repeating: 0, count: pointCount * parameterCount)
  var permutation = [Int32](repeating: 0, count: parameterCount)
  var scales = [Double](repeating: 1, count: parameterCount)
  var projected = scales
  var work = (scales, scales, scales, residuals)
  var evaluationCount: Int32 = 0
  let outcome = withUnsafeMutablePointer(to: &problem) { context in
    lmdif(
      { context, count, parameterCount, parameters, residuals, _ in
        guard let problem = context?.assumingMemoryBound(to: Problem.self), let parameters,
          let residuals
        else { return -1 }
        let values = Array(UnsafeBufferPointer(start: parameters, count: Int(parameterCount)))
        guard problem.pointee.model(values, &problem.pointee.values) else { return -1 }
        for index in 0..<Int(count) {
          residuals[index] = problem.pointee.values[index] - problem.pointee.y[index]
        }
        return 0
      },
      context, Int32(pointCount), Int32(parameterCount), &parameters, &residuals, 1e-10, 1e-10, 0,
      Int32(200 * (parameterCount + 1)), 0, &scales, 1, 100, 0, &evaluationCount, &jacobian,
      Int32(pointCount),
      &permutation, &projected, &work.0, &work.1, &work.2, &work.3)
  }
  if outcome < 0 { return .failure(.stopped) }
  let chiSquared = residuals.reduce(0) { $0 + $1 * $1 }
  guard outcome > 0, chiSquared.isFinite, parameters.allSatisfy(\.isFinite) else {
    return .failure(.badInput)
  }
  var errors = [Double](repeating: 0, count: parameterCount)
  if pointCount > parameterCount {
    _ = covar1(
      Int32(pointCount), Int32(parameterCount), chiSquared, &jacobian, Int32(pointCount),
      permutation, 1e-14, &work.0)
    for index in errors.indices {
      let variance = jacobian[index * pointCount + index]
      errors[index] = variance > 0 && variance.isFinite ? variance.squareRoot() : 0
    }
  }
  // 1 to 4 are convergence by one of the tests; 6 to 8 say that it cannot be had any closer.
  return .success(
    Fit(parameters: parameters, errors: errors, chiSquared: chiSquared, hasConverged: outcome != 5))
}
