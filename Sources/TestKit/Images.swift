import Bytecode
import Diagnostics
import Freezing
import Lowering
package import Toolchain
import Typing

/// Lowers the host halves of all experiments and tests of `checked` and encodes them; what stood in
/// the way otherwise.
package func hostImages(of checked: CheckedProgram) -> (images: [[UInt8]], faults: [String]) {
  var images: [[UInt8]] = []
  var faults: [String] = []
  let typed = checked.typed
  var halves: [[FunctionID]] = []
  for experiment in typed.experiments {
    var roots = [experiment.prepare, experiment.run, experiment.analyze].compactMap { $0 }
    for member in experiment.members.map({ typed[$0] }) {
      roots +=
        [member.initializer, member.lower, member.upper].compactMap { $0 }
        + member.axes.map(\.values)
    }
    halves.append(roots)
  }
  if !typed.tests.isEmpty { halves.append(typed.tests.map(\.body)) }
  for roots in halves {
    let lowered = lowerHost(checked.proven, roots: roots)
    if let image = lowered.value {
      images.append(encode(image.contents))
    } else {
      faults += lowered.diagnostics.map { "\($0.code.rawValue): \($0.message)" }
    }
  }
  return (images, faults)
}

extension Judgement {
  /// The host halves can be lowered, and the verifier accepts them.
  mutating func judgeImages(_ checked: CheckedProgram) {
    let (images, faults) = hostImages(of: checked)
    for fault in faults { complain(1, fault) }
    for image in images {
      if let refusal = refusal(of: image) {
        complain(1, "the verifier refuses the image: \(refusal)")
      }
    }
  }
}

/// Why the verifier refuses `image`, one of the host's; nil if it does not.
package func refusal(of image: [UInt8]) -> String? {
  image.withUnsafeBytes { bytes in
    switch verify(bytes, profile: .host) {
    case .success: nil
    case .failure(let error): "\(error)"
    }
  }
}
