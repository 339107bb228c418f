import Bytecode
import Diagnostics
import Freezing
import Laboratory
import Typing
import Values

// Whole images: the functions wanted and all that they call.

extension Lowerer {
  // MARK: The host half

  mutating func hostImage(of roots: [FunctionID]) -> Checked<HostImage> {
    // Frames are asked for substitutions while globals are laid out.
    declareGlobals(of: roots)
    var functions: [FunctionID: Int] = [:]
    for root in roots {
      functions[root] = functionIndex(
        FunctionInstance(function: root, substitution: [:], device: nil))
    }
    lowerWaiting()
    let errands = errands(of: startedKernels(of: roots))
    lowerWaiting()
    if !diagnostics.isEmpty { return Checked(nil, diagnostics) }
    let owner = roots.first.map { program[$0].owner }
    var name = program.sources[program.main].name
    if case .experiment(let id)? = owner { name = program[id].name }
    return Checked(
      HostImage(
        contents: contents(.host, name: name), functions: functions, globals: globals,
        hostCalls: hostCalls, errands: errands, changing: changingErrands), [])
  }

  /// The kernels that the host half starts, and `cleanup`.
  private func startedKernels(of roots: [FunctionID]) -> [FunctionID] {
    var kernels: [FunctionID] = []
    for call in hostCalls {
      if case .startKernel(let kernel) = call { kernels.append(kernel) }
    }
    var experiments: Set<ExperimentID> = []
    for root in roots {
      guard case .experiment(let id) = program[root].owner, experiments.insert(id).inserted,
        let cleanup = program[id].cleanup
      else { continue }
      kernels.append(cleanup)
    }
    return kernels
  }

  /// Gives the members of the experiments that `roots` belong to, and the modules' constants, their
  /// words.
  private mutating func declareGlobals(of roots: [FunctionID]) {
    guard let first = roots.first else { return }
    var experiments: Set<ExperimentID> = []
    for root in roots {
      if case .experiment(let id) = program[root].owner { experiments.insert(id) }
    }
    let frame = newFrame(of: FunctionInstance(function: first, substitution: [:], device: nil))
    frames = [frame]
    for member in program.members where isGlobal(member.id) {
      guard member.experiment.map({ experiments.contains($0) }) ?? true else { continue }
      // What has no shape is reported where it is mentioned.
      if shapes.shape(of: member.type) != nil { _ = global(member.id, at: member.nameSpan) }
    }
    frames = []
  }

  // MARK: Kernels

  mutating func kernelImage(of kernel: FunctionID, captures: [Capture]) -> Checked<KernelImage> {
    let function = program[kernel]
    let instance = FunctionInstance(function: kernel, substitution: [:], device: nil)
    if case .experiment(let owner) = function.owner { residentOwner = owner }
    frames = [newFrame(of: instance)]
    let manifest = manifest(captures)
    frames = []
    _ = functionIndex(instance)
    lowerWaiting()
    if !diagnostics.isEmpty { return Checked(nil, diagnostics) }
    var contents = contents(.kernel, name: name(of: instance))
    contents.captures = manifest
    return Checked(
      KernelImage(
        contents: contents, kernel: kernel, parameters: function.parameters.map(\.type),
        result: function.result, hostCalls: hostCalls,
        sorters: sorters), [])
  }

  /// The manifest; bound captures get their words.
  private mutating func manifest(_ captures: [Capture]) -> [CaptureContents] {
    guard case .device(let values, let bound) = side else { return [] }
    var manifest: [CaptureContents] = []
    var boundCount = 0
    for capture in captures {
      let member = program[capture.member]
      let position = program.sources.position(of: capture.mention)
      let (path, type, value) = resolve(capture, values[capture.member])
      let isBound = bound.contains(capture.member)
      if isBound, boundWords[capture.member] != nil { continue }
      var binding = CaptureContents.Binding.fixed
      if isBound {
        let slots = words(of: member.type, at: capture.mention)
        boundWords[capture.member] = GlobalSlots(first: boundCount, words: slots)
        binding = .bound(first: UInt16(clamping: boundCount), slots: slots)
        boundCount += slots.count
        if boundCount > Limits.boundCountMax {
          unsupported("so many bound captures", at: capture.mention)
        }
      }
      manifest.append(
        CaptureContents(
          path: isBound ? member.name : path, type: program.text(isBound ? member.type : type),
          file: file(capture.mention.source), line: UInt32(clamping: position.line),
          digest: isBound ? [UInt8](repeating: 0, count: 32) : digest(value, type), binding: binding
        ))
    }
    return manifest
  }

  /// How `capture` is written, its type, and its part of `value`.
  private func resolve(_ capture: Capture, _ value: Constant?) -> (
    path: String, type: Type, value: Constant?
  ) {
    var path = program[capture.member].name
    var type = program[capture.member].type
    var value = value
    for step in capture.path {
      let index: Int
      switch step {
      case .field(let field):
        index = field
        if case .structure(let id, _) = type, field < program[id].fields.count {
          path += ".\(program[id].fields[field].name)"
        }
      case .tupleElement(let element):
        index = element
        path += ".\(element)"
      case .index(let element):
        index = Int(clamping: element)
        path += "[\(element)]"
        type = elementType(of: type)
        if case .array(let elements)? = value {
          value = elements.indices.contains(index) ? elements[index] : nil
        }
        continue
      }
      let all = parts(of: type, in: program)
      type = all.indices.contains(index) ? all[index] : .unknown
      switch value {
      case .tuple(let values)?, .structure(let values)?:
        value = values.indices.contains(index) ? values[index] : nil
      default: value = nil
      }
    }
    return (path, type, value)
  }

  private func digest(_ value: Constant?, _ type: Type) -> [UInt8] {
    var hash = SHA256()
    if let value {
      for word in Lowering.words(of: value, as: type, in: program) { hash.update(word) }
    }
    return hash.finalizeToArray()
  }

  // MARK: Functions

  private func contents(_ profile: Profile, name: String) -> ImageContents {
    var contents = ImageContents(profile: profile, name: name)
    contents.files = files
    contents.layouts = shapes.layouts
    contents.signatures = shapes.signatures
    contents.functions = functions
    contents.inlinedCalls = inlinedCalls
    let arrays = ArrayTables(shapes.layouts, data)
    if optimisations.contains(.inlinedBodies) {
      var functions = functions
      if optimisations.contains(.framedArrays) { functions = functions.map { framed($0, arrays) } }
      let callDepthMax = profile == .kernel ? program.description.core.callDepthMax : nil
      var inlining = Inlining(functions, inlinedCalls, callDepthMax: callDepthMax)
      inlining.inline()
      // The host half's functions are known by their numbers.
      if profile == .kernel { inlining.leaveOutUnused() }
      (contents.functions, contents.inlinedCalls) = (
        inlining.functions, inlining.inlinedCalls.calls
      )
    }
    contents.functions = contents.functions.map {
      optimised($0, arrays, by: optimisations)
    }
    contents.constants = constants
    contents.data = data
    contents.globals = globalWords
    contents.hostCalls = hostCallContents
    contents.channels = channels
    contents.errors = errors
    return contents
  }

  private mutating func lowerWaiting() {
    while loweredCount < waiting.count {
      let (instance, index) = waiting[loweredCount]
      loweredCount += 1
      if instances.count > Limits.functionCountMax {
        return unsupported("so many functions", at: program[instance.function].nameSpan)
      }
      functions[index] = lower(instance)
    }
  }

  /// `RabiFlop.shot`, `TTLOut.pulse(probe)`.
  func name(of instance: FunctionInstance) -> String {
    let function = program[instance.function]
    var name = function.name
    switch function.owner {
    case .module: break
    case .experiment(let id): name = "\(program[id].name).\(name)"
    case .driver(let id): name = "\(program[id].name).\(name)"
    case .interface(let id): name = "\(program[id].name).\(name)"
    case .structure(let id): name = "\(program[id].name).\(name)"
    case .enumeration(let id): name = "\(program[id].name).\(name)"
    }
    if function.isLocal {
      name += " in line \(program.sources.position(of: function.nameSpan).line)"
    }
    let devices = (instance.device.map { [$0] } ?? []) + instance.devices
    if !devices.isEmpty { name += "(\(devices.map { deviceName($0) }.joined(separator: ", ")))" }
    return name
  }

  /// Begins the function `name`, whose names mean what they mean in `instance`.
  mutating func begin(name: String, _ instance: FunctionInstance) {
    code = FunctionBuilder(name: name)
    frames = [newFrame(of: instance)]
    scopes = [[]]
    temporaries = []
    inoutRuns = []
    walk = nil
    parallelDepth = 0
    exits = []
    caughtErrors = []
    returnRun = nil
  }

  private mutating func lower(_ instance: FunctionInstance) -> FunctionContents {
    let function = program[instance.function]
    begin(name: name(of: instance), instance)
    if instance.isValue { declareValueParameters(of: function) }
    for (index, parameter) in function.parameters.enumerated()
    where !instance.isValue && !parameter.type.isOfDevices {
      if instance.functions[index] != nil { continue }
      let type = concrete(parameter.type)
      if parameter.isInout {
        let run = code.addParameter(words(of: type, at: parameter.span))
        inoutRuns.append(run)
        bind(parameter.local, .run(run))
      } else {
        bind(parameter.local, .run(code.addParameter(borrowedWords(of: type, at: parameter.span))))
      }
    }
    for (index, parameter) in function.parameters.enumerated() {
      if let shape = instance.functions[index] {
        bind(parameter.local, .function(declareCopies(of: shape)))
      }
    }
    let result = words(of: concrete(function.result), at: function.nameSpan)
    var results = result
    if function.parameters.contains(where: \.isInout) {
      for run in inoutRuns { results += run.words }
      results.append(.boolean)
    }
    code.setResults(results)
    if code.contents.parameterCount > Limits.parameterCountMax
      || results.count > Limits.parameterCountMax
    {
      unsupported("a function with so many words of parameters or results", at: function.nameSpan)
    }
    let start = code.count
    if !isDevice, function.kind == .kernel || function.kind == .seamlessKernel {
      startBody(of: function)
    } else {
      statements(function.body.statements)
    }
    // The end of a function with a result is not reached, as far as the typing can tell.
    let end = code.label()
    code.place(end)
    let empty = temporary(result)
    if code.isReachable, !result.isEmpty { zero(empty) }
    returnSlots(empty, hasFailed: false, at: function.nameSpan)
    if function.parameters.contains(where: \.isInout) {
      let failed = code.label()
      code.handle(from: start, error: nil, at: failed)
      code.place(failed)
      zero(empty)
      returnSlots(empty, hasFailed: true, at: function.nameSpan)
    }
    if code.isTooLarge {
      unsupported("a function with so many values at once", at: function.nameSpan)
    }
    return code.finish()
  }
}
