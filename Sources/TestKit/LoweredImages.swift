package import Bytecode
import Diagnostics
import Lowering
package import Toolchain
import Typing

/// The images that running `program` may need: one of all its stages and tests on the host, one of
/// each kernel that can be lowered without values of captures.
package func loweredImages(of program: CheckedProgram) -> [ImageContents] {
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
  if let host = lowerHost(program.proven, roots: roots).value { images.append(host.contents) }
  return images
}
