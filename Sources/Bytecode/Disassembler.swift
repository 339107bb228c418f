#if !hasFeature(Embedded)
  /// Readable text of an image, or a line saying why the bytes are none.
  package func disassemble(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { buffer in
      let number = buffer.count > 6 ? buffer[6] : 0
      switch verify(buffer, profile: Profile(rawValue: number) ?? .kernel) {
      case .failure(let error): return "not an image: \(error)\n"
      case .success(let image):
        var disassembler = Disassembler(view: image.view, image: image)
        return disassembler.run()
      }
    }
  }

  /// The name that an image has given itself; empty if the bytes are none.
  package func imageName(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { buffer in
      let number = buffer.count > 6 ? buffer[6] : 0
      switch verify(buffer, profile: Profile(rawValue: number) ?? .kernel) {
      case .failure: return ""
      case .success(let image): return image.view.string(image.view.name)
      }
    }
  }

  private struct Disassembler {
    let view: ImageView
    let image: VerifiedImage
    var text = ""

    mutating func run() -> String {
      let digest = view.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      line(
        "image \(view.string(view.name)), \(image.profile == .kernel ? "kernel" : "host") profile, "
          + "\(view.byteCount) bytes")
      line("sha256 \(digest)")
      writeTables()
      for index in 0..<image.functionCount { write(function: index) }
      return text
    }

    private mutating func line(_ string: String) {
      text += string
      text += "\n"
    }

    // MARK: Tables

    private mutating func writeTables() {
      for index in 0..<view.count(.captures) {
        let capture = view.capture(index)
        let file =
          Int(capture.file) < view.count(.files) ? view.string(view.file(Int(capture.file))) : "?"
        let digest = capture.digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
          .joined()
        let binding =
          capture.binding == 0
          ? "fixed \(digest)" : "bound \(capture.first) \(list(capture.slots))"
        line(
          "capture \(view.string(capture.path)): \(view.string(capture.type)) (\(file):\(capture.line)) \(binding)"
        )
      }
      for index in 1..<max(view.count(.layouts), 1) {
        line("layout \(index) \(list(view.layout(index).words))")
      }
      for index in 0..<view.count(.signatures) {
        let signature = view.signature(index)
        line("signature \(index) \(list(signature.parameters)) -> \(list(signature.results))")
      }
      for index in 0..<view.count(.data) {
        let entry = view.data(index)
        line("data \(index) \(entry.count) of \(name(ofLayout: entry.layout))")
      }
      if image.globalCount > 0 { line("globals \(list(view.globalTypes))") }
      for index in 0..<view.count(.channels) {
        let channel = view.channel(index)
        line("channel \(index) = \(channel.number) \(view.string(channel.device))")
      }
      for index in 0..<view.count(.hostCalls) {
        let call = view.hostCall(index)
        line(
          "host call \(index) \(call.mode.map { "\($0)" } ?? "?") \(view.string(call.name)) "
            + "\(list(call.signature.parameters)) -> \(list(call.signature.results))")
      }
      for index in 0..<view.count(.errors) {
        let error = view.error(index)
        line(
          "error \(index + Int(BuiltinError.firstDeclared)) \(view.string(error.name)) \(list(error.payload))"
        )
      }
    }

    private func list(_ types: TypeList) -> String {
      "(" + (0..<types.count).map { name(of: types[$0]) }.joined(separator: ", ") + ")"
    }

    private func name(of type: SlotType) -> String {
      switch type.kind {
      case .integer: "integer"
      case .float: "float"
      case .boolean: "boolean"
      case .owned: "owned \(name(ofLayout: type.layout))"
      case .borrowed: "borrowed \(name(ofLayout: type.layout))"
      case .length: "length"
      case .function: "function of signature \(type.layout)"
      }
    }

    private func name(ofLayout layout: UInt16) -> String {
      layout == 0 ? "text" : "layout \(layout)"
    }

    // MARK: Functions

    private mutating func write(function index: Int) {
      let function = view.function(index)
      line("")
      line(
        "function \(index) \(view.string(function.name)) \(list(view.parameterTypes(function))) -> "
          + list(view.resultTypes(function)))
      line("  slots \(list(view.slotTypes(function)))")
      for number in 0..<function.handlerCount {
        let handler = view.handler(function.handlersStart + number)
        let error = handler.error.map(name(ofError:)) ?? "any error"
        let slot = handler.errorSlot == ImageFormat.none ? "" : ", number to s\(handler.errorSlot)"
        line("  handler \(handler.start)..<\(handler.end) \(error) -> \(handler.target)\(slot)")
      }
      var place = 0
      var nextPosition = 0
      while place < function.codeCount {
        let word = view.codeWord(function.codeStart + place)
        let instruction = Instruction(word)
        guard let opcode = instruction.opcode else { break }
        if nextPosition < function.positionCount {
          let position = view.position(function.positionsStart + nextPosition)
          if Int(position.start) <= place {
            let pending =
              position.pendingCharge == 0 ? "" : ", \(position.pendingCharge) ticks pending"
            line(
              "  ; \(view.string(view.file(Int(position.file)))):\(position.line):\(position.column)"
                + "\(callers(from: position.call))\(pending)")
            nextPosition += 1
          }
        }
        let count = ImageFormat.wordCount(of: opcode, word)
        var operands = operands(of: instruction, opcode, function, place, count)
        if instruction.charge > 0 { operands.append("\(instruction.charge) ticks") }
        let number = String(place)
        let gap = String(repeating: " ", count: max(0, 6 - number.count))
        line(
          "\(gap)\(number)  \(opcode)\(operands.isEmpty ? "" : " " + operands.joined(separator: ", "))"
        )
        place += count
      }
    }

    /// The calls in whose place the code stands, from `call` outwards.
    private func callers(from call: UInt32?) -> String {
      var text = ""
      var next = call
      while let index = next {
        let call = view.inlinedCall(Int(index))
        text +=
          " in \(view.string(call.name)), called at \(view.string(view.file(Int(call.file)))):\(call.line):\(call.column)"
        next = call.outer
      }
      return text
    }

    private func name(ofError number: UInt16) -> String {
      if number < BuiltinError.firstDeclared {
        return BuiltinError(rawValue: number).map { "\($0)" } ?? "?"
      }
      return view.string(view.error(Int(number - BuiltinError.firstDeclared)).name)
    }

    private func operands(
      of instruction: Instruction, _ opcode: Opcode, _ function: FunctionRecord, _ place: Int,
      _ count: Int
    ) -> [String] {
      let shape = opcode.shape
      var parts: [String] = []
      for (operand, value) in [
        (shape.a, instruction.a), (shape.b, instruction.b), (shape.c, instruction.c),
      ] {
        if let part = describe(operand, value, instruction, place + count) { parts.append(part) }
      }
      let lanes = (0..<(count - 1) * 4).map { lane in
        UInt16(
          truncatingIfNeeded: view.codeWord(function.codeStart + place + 1 + lane / 4)
            >> UInt64(16 * (lane % 4)))
      }
      switch shape.trailer {
      case .none: break
      case .slots:
        let arguments = ImageFormat.argumentCount(Int(instruction.a))
        let (deeper, results) = (ImageFormat.deeper(Int(instruction.a)), Int(instruction.b))
        parts.append("(" + lanes.prefix(arguments).map { "s\($0)" }.joined(separator: ", ") + ")")
        let named = lanes.dropFirst(arguments).prefix(results).map { "s\($0)" }
        if !named.isEmpty { parts.append("-> " + named.joined(separator: ", ")) }
        if deeper > 0 { parts.append("deeper by \(deeper)") }
      case .slotsA:
        parts.append(
          "(" + lanes.prefix(Int(instruction.a)).map { "s\($0)" }.joined(separator: ", ") + ")")
      case .ticks: parts.append("\(view.codeWord(function.codeStart + place + 1)) ticks")
      case .element: parts.append("words \(lanes[1])..<\(Int(lanes[1]) + Int(lanes[0]))")
      case .event:
        if lanes[0] != ImageFormat.none { parts.append("offset s\(lanes[0])") }
        if lanes[1] != ImageFormat.none { parts.append("then s\(lanes[1]) after s\(lanes[2])") }
      case .input:
        parts.append(
          "-> "
            + lanes.prefix(3).map { $0 == ImageFormat.none ? "_" : "s\($0)" }.joined(
              separator: ", "))
      }
      return parts
    }

    private func describe(
      _ operand: Operand, _ value: UInt16, _ instruction: Instruction, _ next: Int
    ) -> String? {
      switch operand {
      case .none, .argumentCount, .resultCount: nil
      case .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
        .readScalar, .writeScalar,
        .writeBound, .readArray, .writeOwned, .writeBorrowed, .changeOwned, .readFunction,
        .writeFunction:
        "s\(value)"
      case .changeCounter: "s\(value) below s\(Int(value) + 1)"
      case .immediate: "\(value)"
      case .signedImmediate: "\(Int16(bitPattern: value))"
      case .wideInteger: "\(Int32(bitPattern: instruction.wide))"
      case .jump: "-> \(next + Int(Int32(bitPattern: instruction.wide)))"
      case .branch: "-> \(next + Int(Int16(bitPattern: instruction.c)))"
      case .constant: constant(Int(instruction.wide))
      case .data: "data \(instruction.wide)"
      case .bound: "bound \(instruction.wide)"
      case .global: "global \(instruction.wide)"
      case .function: view.string(view.function(Int(instruction.wide)).name)
      case .callee: view.string(view.function(Int(value)).name)
      case .hostCall: view.string(view.hostCall(Int(value)).name)
      case .error: name(ofError: value)
      case .channel: view.string(view.channel(Int(value)).device)
      }
    }

    private func constant(_ index: Int) -> String {
      let word = view.constant(index)
      return "\(Int64(bitPattern: word)) (\(Double(bitPattern: word)))"
    }
  }
#endif
