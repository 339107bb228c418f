package import Bytecode
import Diagnostics
import Lowering
import Running
import Toolchain
import Typing

/// The images that running the program `text` may need: one of all its stages and tests on the
/// host, one of each kernel that can be lowered without values of captures.
///
/// None if the program is refused.
package func loweredImages(of text: String, at path: String) -> [ImageContents] {
  onDeepStack {
    let outcome = goThrough(path, Array(text.utf8), asFarAs: .run)
    return outcome.checked.map { images(of: $0) } ?? []
  }
}

private func images(of program: CheckedProgram) -> [ImageContents] {
  var roots: [FunctionID] = []
  var images: [ImageContents] = []
  for function in program.typed.functions {
    switch function.kind {
    case .stage, .test: roots.append(function.id)
    case .kernel, .seamlessKernel:
      let lowered = lowerKernel(function.id, of: program.proven, captures: [:], bound: [])
      if let image = lowered.value { images.append(image.contents) }
    case .portable, .host, .initializer, .requirement: break
    }
  }
  guard !roots.isEmpty else { return images }
  if let host = lowerHost(program.proven, roots: roots).value { images.append(host.contents) }
  return images
}
