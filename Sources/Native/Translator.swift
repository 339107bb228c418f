import Bytecode
import Machine

/// Writes the native code of an image's functions for processor `Target`, in one pass over each
/// after its slots have been given registers.
///
/// The frame's memory is every slot's home. A slot that has a register is `valid` there or has to
/// be loaded first, and is `dirty` if its home is still to be written. Code that is entered from
/// outside at some instruction finds all of them valid and none dirty, which fits whatever the
/// instruction expects.
struct Translator<Target: Processor>: ~Copyable {
  var assembler: Assembler<Target>
  let view: ImageView
  let interface = NativeInterface.machine
  let code: UnsafePointer<UInt64>
  var routines = Routines()
  /// By word of the image's code.
  let words: UnsafeMutablePointer<CodeWord>
  let wordCount: Int
  /// By function: where its code begins for those that call it, and how it is entered from outside.
  let entries: UnsafeMutablePointer<UInt32>
  let loaders: UnsafeMutablePointer<UInt32>
  let functionCount: Int
  var assignment: Assignment

  // The function that is written.
  var function: FunctionRecord
  var functionIndex = 0
  var types: TypeList
  /// The instruction's first word, and whether what comes before it leads to it.
  var word = 0
  var isReached = true
  /// Whether jumps may lead farther than `Target.reach`.
  var isFar = false
  /// Where the numbers stand that the header's word grows by at calls: by how much deeper they are.
  var headerSteps = 0
  /// A frame with its header has no more words than a number of so many bits.
  let frameWordBits: Int
  /// Device time that it charges beside what it does.
  var charge: Int32 = 0
  var valid: UInt32 = 0
  var dirty: UInt32 = 0
  var coldJumps: [ColdJump] = []
  /// Distances of jumps forward, and the words to which they lead.
  var forwardJumps: [(place: Int, target: Int)] = []
  /// Distances of calls, and the functions.
  var calls: [(place: Int, function: Int)] = []

  /// What is known of a word of code.
  struct CodeWord {
    /// Where its native code begins.
    var offset: UInt32 = 0
    /// What jumps forward leave for it.
    var valid: UInt32 = .max
    var dirty: UInt32 = 0
    var isLabel = false
    var isLoopHead = false
    /// Loops that begin here, less those that end before.
    var nesting: Int16 = 0
  }

  /// A jump to where the instruction is done by the interpreter's function instead.
  struct ColdJump {
    let place: Int
    let word: Int
    let valid: UInt32
    let dirty: UInt32
    let undo: Target.Undo
  }

  init(_ image: VerifiedImage) {
    view = image.view
    code = view.start(.code).assumingMemoryBound(to: UInt64.self)
    wordCount = view.count(.code)
    functionCount = image.functionCount
    words = .allocate(capacity: wordCount + 1)
    words.initialize(repeating: CodeWord(), count: wordCount + 1)
    entries = .allocate(capacity: functionCount + 1)
    entries.initialize(repeating: 0, count: functionCount + 1)
    loaders = .allocate(capacity: functionCount + 1)
    loaders.initialize(repeating: 0, count: functionCount + 1)
    var slotCount = 0
    for index in 0..<functionCount { slotCount = max(slotCount, view.function(index).slotCount) }
    assignment = Assignment(slotCount: slotCount)
    frameWordBits = Int.bitWidth - (slotCount + 2).leadingZeroBitCount
    function = view.function(0)
    types = view.slotTypes(function)
    assembler = Assembler(capacity: 2048 + 48 * wordCount)
  }

  deinit {
    words.deallocate()
    entries.deallocate()
    loaders.deallocate()
  }

  /// Writes all of it.
  mutating func translate() {
    writeTables()
    Target.writeRoutines(in: &self)
    for index in 0..<functionCount { translate(index) }
    for (place, function) in calls {
      Target.link(place, to: Int(entries[function]), in: &assembler)
    }
    for index in 0..<functionCount {
      assembler.set(Layout.tables + 4 * index, Int32(bitPattern: loaders[index]))
    }
    let offsets = offsetsStart
    for word in 0..<wordCount {
      assembler.set(offsets + 4 * word, Int32(bitPattern: words[word].offset))
    }
  }

  private mutating func translate(_ index: Int) {
    functionIndex = index
    function = view.function(index)
    types = view.slotTypes(function)
    assign()
    let (start, callCount) = (assembler.count, calls.count)
    isFar = false
    writeFunction()
    guard assembler.count - start > Target.reach else { return }
    assembler.cut(from: start)
    calls.removeLast(calls.count - callCount)
    for word in function.codeStart..<function.codeStart + function.codeCount {
      (words[word].valid, words[word].dirty) = (.max, 0)
    }
    isFar = true
    writeFunction()
  }

  private mutating func writeFunction() {
    loaders[functionIndex] = UInt32(assembler.count)
    Target.writeLoader(in: &self)
    entries[functionIndex] = UInt32(assembler.count)
    Target.writePrologue(in: &self)
    word = function.codeStart
    (valid, dirty, isReached) = (0, 0, true)
    let end = function.codeStart + function.codeCount
    while word < end {
      let instruction = Instruction(code[word])
      guard let opcode = instruction.opcode else { preconditionFailure("the image is verified") }
      let next = word + ImageFormat.wordCount(of: opcode, instruction.word)
      assembler.reserve(1024 + 96 * (next - word))
      begin()
      charge = Int32(instruction.charge)
      Target.write(opcode, instruction, next, in: &self)
      word = next
    }
    for (place, target) in forwardJumps {
      Target.link(place, to: Int(words[target].offset), in: &assembler)
    }
    forwardJumps.removeAll(keepingCapacity: true)
    writeColdCode()
  }

  /// Begins the instruction at `word`.
  private mutating func begin() {
    let known = words[word]
    if known.isLoopHead {
      if isReached { load(assignment.all & ~valid) }
      valid = assignment.all
      dirty = assignment.writtenBack
    } else if known.isLabel, isReached {
      load(assignment.writtenBack & ~valid)
      valid &= known.valid
      dirty |= known.dirty
    } else if known.isLabel || !isReached {
      valid = known.valid & assignment.all
      dirty = known.dirty
    }
    words[word].offset = UInt32(assembler.count)
    isReached = true
  }

  /// Field `lane` of the words behind the instruction.
  func lane(_ lane: Int) -> Int {
    Int(UnsafeRawPointer(code + word + 1).load(fromByteOffset: 2 * lane, as: UInt16.self))
  }
}
