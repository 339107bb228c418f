import Bytecode
import Machine

// Where in the source the code of an image stands.

extension ImageContents {
  /// The places of a backtrace, innermost first: no more than a machine notes frames, whatever
  /// stands in place of calls.
  func places(of backtrace: [UInt64]) -> [RunError.Place] {
    Array(backtrace.flatMap { places($0) }.prefix(Machine.backtraceCountMax))
  }

  /// The place in the source that `position` (function in the upper, word in the lower 32 bits)
  /// belongs to, and behind it those of the calls in whose place it stands; none for what stands in
  /// no source.
  func places(_ position: UInt64) -> [RunError.Place] {
    let number = Int(position >> 32)
    guard functions.indices.contains(number) else { return [] }
    let function = functions[number]
    guard
      let entry = function.positions.last(where: {
        $0.start <= UInt32(truncatingIfNeeded: position)
      })
    else { return [] }
    func place(_ name: String, _ file: UInt16, _ line: UInt32, _ column: UInt16) -> RunError.Place {
      RunError.Place(
        function: name, file: Int(file) < files.count ? files[Int(file)] : "", line: Int(line),
        column: Int(column))
    }
    var places: [RunError.Place] = []
    var (file, line, column, next) = (entry.file, entry.line, entry.column, entry.call)
    while let index = next, Int(index) < inlinedCalls.count {
      let call = inlinedCalls[Int(index)]
      places.append(place(call.name, file, line, column))
      (file, line, column, next) = (call.file, call.line, call.column, call.outer)
    }
    return places + [place(function.name, file, line, column)]
  }
}
