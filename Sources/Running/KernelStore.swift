import Bytecode
import CoreDevice
import Diagnostics
import Freezing
import Lowering
import Machine
import Native
import Simulation
import Typing
import Values

/// A kernel that is compiled, and where on the device it is.
struct CompiledKernel {
  /// As it was encoded; the positions and names in it explain errors.
  let contents: ImageContents
  let bytes: [UInt8]
  let result: Type
  /// What each of its host calls means.
  let hostCalls: [HostCall]
  /// The captures that are filled at the start, in the order of their words.
  let bound: [MemberID]
  var slot: KernelSlot?
  /// When it was started last, in starts of the run.
  var lastStart = 0
}

/// The kernels of a run: compiled with the values that they capture, each combination once.
struct KernelStore {
  /// What an image follows from.
  struct Content: Hashable {
    let kernel: FunctionID
    let captures: [MemberID: Constant]
    let bound: Set<MemberID>
  }

  private let program: ProvenProgram
  private let bound: Set<MemberID>
  private let engine: EngineChoice
  /// The native code of what is in the device's slots, by their numbers; kept until something else
  /// is there.
  private var translations: [Int: Translation] = [:]
  private var images: [CompiledKernel] = []
  /// What each image follows from.
  private var contents: [Content] = []
  /// Slots of images that are forgotten, to be freed.
  private var retired: [KernelSlot] = []
  /// Images that are kept; beyond that one that is no longer the latest of its kernel makes room.
  private static let imageCountMax = 512
  private var known: [Content: Int] = [:]
  /// Captures of each kernel that cannot be bound, since their values sort a `parallel` block.
  private var sorters: [FunctionID: Set<MemberID>] = [:]
  private var latest: [FunctionID: Int] = [:]
  private var startCount = 0
  private(set) var compileCount = 0
  private(set) var reuseCount = 0

  /// The latest image of each kernel, in the order of the source.
  var current: [CompiledKernel] {
    latest.sorted { $0.key.index < $1.key.index }.map { images[$0.value] }
  }

  init(program: ProvenProgram, bound: Set<MemberID>, engine: EngineChoice = EngineChoice()) {
    self.engine = engine
    self.program = program
    self.bound = bound
  }

  /// The members whose values `kernel` captures.
  func captured(by kernel: FunctionID) -> [MemberID] {
    var seen: Set<MemberID> = []
    return program.captures(of: kernel).map(\.member).filter { seen.insert($0).inserted }
  }

  /// A compile point of `kernel`: from now on its calls run with `captures`.
  ///
  /// Returns what was wrong.
  mutating func compile(_ kernel: FunctionID, captures: [MemberID: Constant]) -> [Diagnostic] {
    let own = bound.intersection(captures.keys).subtracting(sorters[kernel] ?? [])
    let fixed = captures.filter { !own.contains($0.key) }
    let content = Content(kernel: kernel, captures: fixed, bound: own)
    if let index = known[content] {
      latest[kernel] = index
      reuseCount += 1
      return []
    }
    let lowered = lowerKernel(
      kernel, of: program, captures: fixed, bound: own, optimisations: engine.optimisations)
    guard let image = lowered.value else { return lowered.diagnostics }
    guard image.sorters.isEmpty else {
      sorters[kernel, default: []].formUnion(image.sorters)
      return compile(kernel, captures: captures)
    }
    // The words of bound captures follow each other as the manifest says; a bound capture is a
    // whole member.
    var order: [(first: UInt16, member: MemberID)] = []
    for capture in image.contents.captures {
      guard case .bound(let first, _) = capture.binding,
        let member = own.first(where: { program.typed[$0].name == capture.path })
      else { continue }
      order.append((first, member))
    }
    order.sort { $0.first < $1.first }
    let compiled = CompiledKernel(
      contents: image.contents, bytes: encode(image.contents), result: image.result,
      hostCalls: image.hostCalls,
      bound: order.map(\.member))
    compileCount += 1
    let place = place(for: compiled, content)
    known[content] = place
    latest[kernel] = place
    return []
  }

  /// Keeps `image` and returns its index, which another image may have had.
  private mutating func place(for image: CompiledKernel, _ content: Content) -> Int {
    if images.count >= Self.imageCountMax {
      let inUse = Set(latest.values)
      let idle = images.indices.filter { !inUse.contains($0) }
      if let oldest = idle.min(by: { images[$0].lastStart < images[$1].lastStart }) {
        known[contents[oldest]] = nil
        if let slot = images[oldest].slot { retired.append(slot) }
        images[oldest] = image
        contents[oldest] = content
        return oldest
      }
    }
    images.append(image)
    contents.append(content)
    return images.count - 1
  }

  /// The image of the latest compile point of `kernel`, resident on `device`; nil if it was never
  /// compiled.
  mutating func ready(_ kernel: FunctionID, on device: SimulatedDevice) throws(LoadError)
    -> CompiledKernel?
  {
    guard let index = latest[kernel] else { return nil }
    for slot in retired { device.unload(slot) }
    retired = []
    startCount += 1
    images[index].lastStart = startCount
    if images[index].slot == nil {
      do throws(LoadError) {
        images[index].slot = try device.load(images[index].bytes)
      } catch .noFreeSlot {
        evict(from: device)
        images[index].slot = try device.load(images[index].bytes)
      }
      if let slot = images[index].slot { translate(slot, on: device) }
    }
    return images[index]
  }

  /// Has the kernel in `slot` run as native code, if that is wanted and can be.
  private mutating func translate(_ slot: KernelSlot, on device: SimulatedDevice) {
    guard engine.engine == .jit, device.core[dispatch: slot] == nil,
      let image = device.core.image(in: slot),
      let translation = Translation(image, in: engine.codeMemory)
    else { return }
    translations[slot.number] = translation
    device.core[dispatch: slot] = .native(translation.code)
  }

  /// Frees the slot of the image that has not been started for the longest time.
  private mutating func evict(from device: SimulatedDevice) {
    var oldest: Int?
    for index in images.indices where images[index].slot != nil {
      if let known = oldest, images[known].lastStart <= images[index].lastStart { continue }
      oldest = index
    }
    guard let oldest, let slot = images[oldest].slot else { return }
    device.unload(slot)
    images[oldest].slot = nil
  }
}
