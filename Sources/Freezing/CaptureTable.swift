import Typing

/// A captured path of a kernel, by its place among those of the kernel.
struct Capturing: Hashable {
  let kernel: Int32
  let path: Int32

  static func inOrder(_ a: Capturing, _ b: Capturing) -> Bool {
    (a.kernel, a.path) < (b.kernel, b.path)
  }
}

/// A path inside an `inout` parameter.
struct ParameterPath: Hashable {
  let parameter: Int
  let path: AccessPath
}

/// Something that code writes, by number: a path of a member or of an `inout` parameter.
typealias WriteID = Int32

/// The captured paths that may be written at all, by number, and which of them each write changes.
struct CaptureTable {
  enum Written: Hashable {
    case member(MemberPath)
    case parameter(ParameterPath)
  }

  let program: TypedProgram
  let captures: Captures
  /// Kernels that capture something that host code writes.
  private(set) var kernels: [FunctionID] = []
  private(set) var numbers: [FunctionID: Int32] = [:]
  /// By kernel: what it captures that may be written, numbers of reads.
  private(set) var reads: [[Int32]] = []
  /// The kernels that can reach each host site.
  private(set) var kernelsOfSite: [Set<Int32>]
  /// By path number, as in `Captures`: who captures it.
  private var capturings: [[Capturing]] = []
  private var index: [MemberID: PathIndex<Int32>] = [:]

  private(set) var written: [Written] = []
  private var writeNumbers: [Written: WriteID] = [:]
  /// By write: what it changes, sorted.
  private(set) var changes: [[Capturing]] = []
  /// Whether only writes of just what is captured count, as the tests have it.
  private let isLiteral: Bool

  init(_ captures: Captures, of program: TypedProgram, omitting rule: FreezeRule? = nil) {
    isLiteral = rule == .partsAndWholes
    self.program = program
    self.captures = captures
    kernelsOfSite = Array(repeating: [], count: captures.hostSites.count)
    let members = captures.reads.isEmpty ? [] : Self.writtenMembers(of: program)
    for kernel in captures.kernels {
      let own = (captures.readsOfKernel[kernel] ?? []).filter {
        members.contains(captures.reads[Int($0)].member)
      }
      guard !own.isEmpty else { continue }
      let number = Int32(kernels.count)
      numbers[kernel] = number
      kernels.append(kernel)
      reads.append(own)
      for (path, read) in own.enumerated() {
        add(Capturing(kernel: number, path: Int32(path)), reading: read)
      }
      for site in captures.sites[kernel] ?? [] { kernelsOfSite[site].insert(number) }
    }
  }

  private mutating func add(_ capturing: Capturing, reading read: Int32) {
    let number = captures.pathOfRead[Int(read)]
    while capturings.count <= Int(number) { capturings.append([]) }
    if capturings[Int(number)].isEmpty {
      let captured = captures.reads[Int(read)]
      index[captured.member, default: PathIndex()].insert(number, at: captured.path)
    }
    capturings[Int(number)].append(capturing)
  }

  private static func writtenMembers(of program: TypedProgram) -> Set<MemberID> {
    var written: Set<MemberID> = []
    for function in program.functions {
      function.body.visit { node in
        if case .place(let place) = node, case .member(let member) = place.root {
          written.insert(member)
        }
      }
    }
    return written.filter { member in
      switch program[member].kind {
      case .argument, .variable, .prepared, .constant: true
      case .shared, .dataset, .resident, .device, .field: false
      }
    }
  }

  /// The number of a write of `path` in `member`; nil if it changes nothing that is captured.
  mutating func write(_ path: AccessPath, in member: MemberID) -> WriteID? {
    guard index[member] != nil else { return nil }
    let key = Written.member(MemberPath(member: member, path: path))
    if let known = writeNumbers[key] { return changes[Int(known)].isEmpty ? nil : known }
    let numbers = index[member]?.conflicts(with: path) ?? []
    var changed = numbers.flatMap { capturings[Int($0)] }.sorted(by: Capturing.inOrder)
    if isLiteral { changed.removeAll { self[$0].path != path } }
    let number = add(key, changed)
    return changed.isEmpty ? nil : number
  }

  /// The number of a write of a parameter's part.
  mutating func write(_ path: ParameterPath) -> WriteID {
    let key = Written.parameter(path)
    return writeNumbers[key] ?? add(key, [])
  }

  private mutating func add(_ key: Written, _ changed: [Capturing]) -> WriteID {
    let number = WriteID(written.count)
    written.append(key)
    changes.append(changed)
    writeNumbers[key] = number
    return number
  }

  /// The captures of `kernel` that the write changes.
  func changes(of write: WriteID, in kernel: Int32) -> ArraySlice<Capturing> {
    let all = changes[Int(write)]
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if all[middle].kernel < kernel { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < all.count, all[end].kernel == kernel { end += 1 }
    return all[low..<end]
  }

  subscript(capturing: Capturing) -> CapturedPath {
    captures.reads[Int(reads[Int(capturing.kernel)][Int(capturing.path)])]
  }
}
