package import Bytecode
package import Diagnostics
package import Freezing
package import Typing
package import Values

/// The words of a member among an image's globals: an array takes two neighbouring ones, buffer and
/// length.
package struct GlobalSlots: Hashable, Sendable {
  package let first: Int
  package let words: [SlotType]
  package init(first: Int, words: [SlotType]) {
    self.first = first
    self.words = words
  }
}

/// The host half of an experiment, or of a file's tests: an image of the host profile and what its
/// parts mean.
package struct HostImage: Sendable {
  package let contents: ImageContents
  /// Stages, initialisers and tests, by their index in the image.
  ///
  /// An initialiser returns its value's words.
  package let functions: [FunctionID: Int]
  /// Arguments, prepared bindings, variables and constants of the experiments concerned.
  package let globals: [MemberID: GlobalSlots]
  /// What each entry of `contents.hostCalls` means, at the same index.
  package let hostCalls: [HostCall]
  /// What the kernels that it starts have the host do: functions of the image, whose parameters are
  /// what the device has computed.
  package let errands: [Errand: Int]
  /// Those that give back what they have changed, and behind it whether they have failed.
  package let changing: Set<Errand>
}

/// A compiled kernel.
package struct KernelImage: Sendable {
  /// Function 0 is the kernel; the manifest is filled.
  package let contents: ImageContents
  package let kernel: FunctionID
  package let parameters: [Type]
  package let result: Type
  /// What each entry of `contents.hostCalls` means, at the same index.
  package let hostCalls: [HostCall]
  /// Captures that were to be bound and whose values a `parallel` block is sorted by: the image is
  /// of no use with them bound.
  ///
  /// Empty if all is well.
  package let sorters: Set<MemberID>
}

/// One part of a text that the host puts together.
package enum FormatSegment: Hashable, Sendable {
  case text(String)
  case value(Type, ValueFormat)
}

/// A step of the path into a member that a host call writes; the number of an `index` is an
/// operand.
package enum HostPathStep: Hashable, Sendable { case field(Int), tupleElement(Int), index }

/// What a host call means.
///
/// The doc of each says its operands and results; a value of type T stands for the words of T's
/// shape, and all operands are handed over in their canonical form, one after the other.
package enum HostCall: Hashable, Sendable {
  /// (String): writes it and a newline.
  case print
  /// (the values in turn) -> String
  case format([FormatSegment])
  /// (element): of an array dataset.
  case datasetAppend(MemberID)
  /// (one Int for each of `depth` indices, element): to the array in the dataset that they lead to.
  case datasetAppendElement(MemberID, depth: Int)
  /// () -> T
  case datasetRead(MemberID)
  /// (one Int for each of `depth` indices) -> the element, of which nothing may be missing.
  case datasetReadElement(MemberID, depth: Int)
  /// (one Int for each of `depth` indices, low, high) -> the elements from low on before high, of
  /// which nothing may be missing.
  case datasetReadSlice(MemberID, depth: Int)
  /// (one Int for each of `depth` indices) -> Int: how many elements the array there has.
  case datasetCount(MemberID, depth: Int)
  /// (one Int for each of `depth` indices) -> the last element of the array there, as an optional.
  case datasetReadLast(MemberID, depth: Int)
  /// (T)
  case datasetWrite(MemberID)
  /// (one Int for each `index` step, value): writes the part of the dataset that the path leads to.
  case datasetWriteElement(MemberID, [HostPathStep])
  /// (of a family its arguments) -> T
  case sharedRead(MemberID)
  /// (of a family its arguments, T)
  case sharedWrite(MemberID)
  /// (arguments) -> result: starts the latest image of the kernel and waits for it.
  case startKernel(FunctionID)
  /// (): compiles the kernels with what their captures hold now.
  case preload([FunctionID])
  /// (): raises the error of the errand whose results have just come back.
  case errandError
  /// () -> Bool: whether something ran in between.
  case pause
  /// (model: function value, x: [Float], y: [Float], start: [Float]) -> ([Float], [Float], Float,
  /// Bool): parameters, standard errors, chi-squared, whether it converged. The model is a function
  /// of this image, (Float, [Float]) -> Float.
  case leastSquares
  /// (Bool, then the sides in turn, if there are any): a test's expectation, its source text and
  /// where it stands.
  case expect(text: String, sides: [Type], span: Span)
  /// (the arguments' values in the order of the members, then the seed: Int if there is one, then
  /// the shared values) -> handle: Int
  case simulate(
    ExperimentID, [MemberID], hasSeed: Bool, shared: [SharedSlot], laboratory: String?)
  /// (handle: Int, device: String, rising: Bool) -> [Timestamp]
  case traceEdges
  /// (handle: Int, device: String, Int) -> Duration
  case traceSpan
  /// (handle: Int, device: String, at: Timestamp) -> Int
  case traceLevel
  /// (handle: Int) -> String
  case simulationStatus
  /// (handle: Int) -> [String]
  case simulationOutput
  /// (handle: Int; of events the device: String; of a family the key: String) -> what the result
  /// says
  case simulationResult(SimulationResult)
  /// Of kernels: (what the errand needs) -> its result, of an `await`.
  case errand(Errand)
  /// () -> (String, String): name and text of the error that was raised last; in kernels too.
  case describeError
}

/// Lowers `roots` (stages, initialisers, tests) of `program` and all that they call on the host.
package func lowerHost(
  _ program: ProvenProgram, roots: [FunctionID], optimisations: Optimisations = .standard
) -> Checked<HostImage> {
  var lowerer = Lowerer(program: program.typed, side: .host)
  lowerer.optimisations = optimisations
  return lowerer.hostImage(of: roots)
}

/// Lowers `kernel` and all that it calls on the device, with the values that it captures: those in
/// `bound` are filled when it starts, the others are folded into the code.
package func lowerKernel(
  _ kernel: FunctionID, of program: ProvenProgram, captures: [MemberID: Constant],
  bound: Set<MemberID>, optimisations: Optimisations = .standard
) -> Checked<KernelImage> {
  var lowerer = Lowerer(program: program.typed, side: .device(captures: captures, bound: bound))
  lowerer.optimisations = optimisations
  return lowerer.kernelImage(of: kernel, captures: program.captures(of: kernel))
}

/// What of `kernel`, and of all that it calls on the device, cannot be compiled with these captured
/// values; its image is not kept.
package func faults(
  ofKernel kernel: FunctionID, of program: ProvenProgram, captures: [MemberID: Constant]
) -> [Diagnostic] {
  var lowerer = Lowerer(program: program.typed, side: .device(captures: captures, bound: []))
  return lowerer.kernelImage(of: kernel, captures: []).diagnostics
}

/// Where a shared value goes that a simulation starts with.
package struct SharedSlot: Hashable, Sendable {
  package let key: String
  package let type: Type
}
