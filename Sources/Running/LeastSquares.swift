import CMinpack

/// What a fit gave.
package struct Fit: Hashable, Sendable {
  package let parameters: [Double]
  /// How uncertain the parameters are, and how this is correlated: row by row.
  ///
  /// Without weights it is scaled by the residuals' variance, and zero where there are no more
  /// points than parameters.
  package let covariance: [[Double]]
  /// The weighted sum of the squared residuals.
  package let chiSquared: Double
  /// Whether it settled, at parameters that the data determine.
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
/// Each residual is multiplied by its weight, the inverse of the point's standard error; no weights
/// are equal weights of unknown size. `model` fills its second argument with the values at all
/// points for given parameters, and returns false to give up.
package func leastSquares(
  y: [Double], weights: [Double], start: [Double], model: ([Double], inout [Double]) -> Bool
) -> Result<Fit, FitFailure> {
  let pointCount = y.count
  let parameterCount = start.count
  guard parameterCount > 0, pointCount >= parameterCount, pointCount < 1 << 24,
    parameterCount < 1 << 10, weights.isEmpty || weights.count == pointCount,
    weights.allSatisfy({ $0.isFinite && $0 > 0 }),
    y.allSatisfy(\.isFinite), start.allSatisfy(\.isFinite)
  else { return .failure(.badInput) }
  return withoutActuallyEscaping(model) { model in
    var problem = Problem(
      model: model, y: y, weights: weights, values: Array(repeating: 0, count: pointCount),
      beside: Array(repeating: 0, count: pointCount))
    return solve(&problem, pointCount, parameterCount, start)
  }
}

private struct Problem {
  let model: ([Double], inout [Double]) -> Bool
  let y: [Double]
  let weights: [Double]
  var values: [Double]
  /// The values beside those for which a derivative is taken.
  var beside: [Double]

  /// A residual so large that no step to where the model has no value is taken.
  static let unreachable = 1e150

  func residual(_ index: Int, of values: [Double]) -> Double {
    let difference = values[index] - y[index]
    let residual = weights.isEmpty ? difference : difference * weights[index]
    return residual.magnitude < Problem.unreachable ? residual : Problem.unreachable
  }

  /// Puts the derivatives of the residuals by parameter `column` at `parameters` into
  /// `derivatives`; false to give up.
  ///
  /// They are differences over a step that is wide enough to move the curve visibly: a parameter
  /// that happens to be almost zero is no reason for a step that changes nothing.
  mutating func differentiate(
    by column: Int, at parameters: [Double], residuals: UnsafePointer<Double>,
    into derivatives: UnsafeMutablePointer<Double>
  ) -> Bool {
    let value = parameters[column]
    var step = value == 0 ? 0x1p-26 : 0x1p-26 * value.magnitude
    let widest = 1e-4 * max(1, value.magnitude)
    var size = 0.0
    for index in y.indices { size = max(size, y[index].magnitude, values[index].magnitude) }
    let visible = size < Problem.unreachable ? 1e-12 * size : 0
    var moved = parameters
    while true {
      moved[column] = value + step
      guard model(moved, &beside) else { return false }
      var change = 0.0
      for index in y.indices { change = max(change, (beside[index] - values[index]).magnitude) }
      if change >= visible || step >= widest { break }
      step = min(step * 64, widest)
    }
    let width = moved[column] - value
    for index in y.indices {
      derivatives[index] = (residual(index, of: beside) - residuals[index]) / width
    }
    return true
  }
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
  var counts: (Int32, Int32) = (0, 0)
  let outcome = withUnsafeMutablePointer(to: &problem) { context in
    lmder(
      { context, count, parameterCount, parameters, residuals, jacobian, rowCount, request in
        guard let problem = context?.assumingMemoryBound(to: Problem.self), let parameters,
          let residuals
        else { return -1 }
        let at = Array(UnsafeBufferPointer(start: parameters, count: Int(parameterCount)))
        guard problem.pointee.model(at, &problem.pointee.values) else { return -1 }
        if request == 1 {
          for index in 0..<Int(count) {
            residuals[index] = problem.pointee.residual(index, of: problem.pointee.values)
          }
          return 0
        }
        guard let jacobian else { return -1 }
        for column in 0..<Int(parameterCount) {
          guard
            problem.pointee.differentiate(
              by: column, at: at, residuals: residuals, into: jacobian + column * Int(rowCount))
          else { return -1 }
        }
        return 0
      },
      context, Int32(pointCount), Int32(parameterCount), &parameters, &residuals, &jacobian,
      Int32(pointCount), 1e-10, 1e-10, 0, Int32(200 * (parameterCount + 1)), &scales, 1, 100, 0,
      &counts.0, &counts.1, &permutation, &projected, &work.0, &work.1, &work.2, &work.3)
  }
  if outcome < 0 { return .failure(.stopped) }
  let chiSquared = residuals.reduce(0) { $0 + $1 * $1 }
  guard outcome > 0, chiSquared < Problem.unreachable, parameters.allSatisfy(\.isFinite) else {
    return .failure(.badInput)
  }
  let freedom = Double(pointCount - parameterCount)
  let isDetermined = (0..<parameterCount).allSatisfy { column in
    let entries = jacobian[(column * pointCount)..<(column * pointCount + column + 1)]
    let norm = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (entries.last ?? 0).magnitude > 3e-7 * norm
  }
  // The scale is ours; with as many points as parameters theirs would be a division by zero.
  let rank = covar1(
    Int32(pointCount) + 1, Int32(parameterCount), freedom + 1, &jacobian, Int32(pointCount),
    permutation, 1e-14, &work.0)
  let scale =
    problem.weights.isEmpty ? freedom > 0 ? chiSquared / freedom : 0 : 1
  let covariance = (0..<parameterCount).map { row in
    (0..<parameterCount).map { column -> Double in
      let value = scale * jacobian[column * pointCount + row]
      return value.isFinite ? value : 0
    }
  }
  // 1 to 4 are convergence by one of the tests; 6 to 8 say that it cannot be had any closer.
  return .success(
    Fit(
      parameters: parameters, covariance: covariance, chiSquared: chiSquared,
      hasConverged: outcome != 5 && rank == 0 && isDetermined))
}
