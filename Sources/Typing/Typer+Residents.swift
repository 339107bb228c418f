import Diagnostics

// Values that live on the device, in functions that no kernel calls.

extension Typer {
  /// A function that mentions a resident value is one of kernels; one that nothing calls stands on
  /// the host (rule 30).
  mutating func rejectUncalledResidents() {
    var called: Set<FunctionID> = []
    for sources in effectSources {
      for source in sources { if let callee = source.callee { called.insert(callee) } }
    }
    for function in program.functions
    where function.kind == .portable && function.effects.contains(.resident)
      && !function.effects.contains(.host) && !called.contains(function.id)
    {
      guard
        let source = effectSources[Int(function.id.index)].first(where: {
          $0.effects.contains(.resident)
        })
      else { continue }
      report(
        Diagnostic(
          .residentOutsideDevice,
          "\(what(source)) lives on the device, and no kernel calls `\(function.name)`",
          at: source.span, labels: [Label("a plain `fn`", at: function.nameSpan)],
          notes: [
            "Declare it as `kernel \(function.name)`, or call it from one: the host cannot mention a resident value."
          ]))
    }
  }
}
