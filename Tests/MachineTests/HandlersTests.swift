import Bytecode
import Machine
import TestKit
import Testing

/// `Handlers.swift` is what the table of operations yields: one handler for each, and their table.
@Suite struct HandlersTests {
  private static let path = "Sources/Machine/Handlers.swift"

  @Test func theHandlersAreThoseOfTheTable() {
    let text = Self.source()
    if Repository.isUpdating { #expect(Repository.write(text, to: Self.path)) }
    #expect(Repository.text(of: Self.path) == text, "UPDATE_GOLDEN=1 writes it anew")
  }

  private static func source() -> String {
    var text = """
      import Bytecode

      // Written by `HandlersTests` from the table of operations: `UPDATE_GOLDEN=1` writes it anew.

      extension Threaded {
        /// By number of the operation.
        static let operations: InlineArray<\(Opcode.allCases.count + 1), ThreadedOperation> = [
          larmor_device,

      """
    for operation in Opcode.allCases { text += "    \(handler(of: operation)),\n" }
    text += "  ]\n}\n"
    for operation in Opcode.allCases where isOwn(operation) {
      text += """

        @c func larmor_\(operation)(
          _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
        ) -> UInt8 {
          Threaded.\(operation.execution)(pc, frame, machine, table, Operations.\(operation))
        }

        """
    }
    return text
  }

  /// Whether the handler is made from the operation's function.
  private static func isOwn(_ operation: Opcode) -> Bool {
    switch operation.execution {
    case .computes, .raises, .works, .tests: true
    case .handlesArrays, .appends, .controls, .device: false
    }
  }

  private static func handler(of operation: Opcode) -> String {
    switch operation.execution {
    case .computes, .raises, .works, .tests, .controls, .appends: "larmor_\(operation)"
    case .handlesArrays:
      operation.shape.trailer == .none ? "larmor_handleArrays" : "larmor_\(operation)"
    case .device: "larmor_device"
    }
  }
}
