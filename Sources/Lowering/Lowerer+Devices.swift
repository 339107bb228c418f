import Bytecode
import Diagnostics
import Typing
import Values

// Calls to which devices are handed, or on elements of arrays of devices: each set of devices has a
// function of its own, and where an index is known only when it runs, that chooses among them.

/// A call whose devices have been found out.
private struct DeviceDispatch {
  /// A device, or one of several that `index` chooses.
  enum Choice {
    case known(MemberID)
    case element([MemberID], index: Run)
    /// A list, written out, of which not all are known.
    case list([Choice])

    /// The choices in it of one device each, and of lists that are known.
    var leaves: [Choice] {
      if case .list(let parts) = self { return parts.flatMap(\.leaves) }
      return [self]
    }

    /// What it is when its leaves are the first of `rest`, which it takes.
    func member(from rest: inout ArraySlice<MemberID>, _ lists: DeviceLists) -> MemberID? {
      guard case .list(let parts) = self else { return rest.popFirst() }
      return lists.member(of: parts.compactMap { $0.member(from: &rest, lists) })
    }
  }
  var receiver: Choice?
  var devices: [Choice] = []
  /// The arguments that are no devices.
  var values: [Lowerer.Argument] = []
}

extension Lowerer {
  /// A call of `instance`, or of the kernel `target` of a device.
  mutating func callWithDevices(
    _ instance: FunctionInstance?,
    _ target: (device: TypedExpression, name: String, signature: FunctionID)?,
    _ arguments: [TypedArgument], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    guard let dispatch = evaluateDevices(target?.device, arguments) else {
      return placeholder(type(of: expression), "a call with these devices", at: span)
    }
    charge(operations: 1)
    /// The function for one set of devices.
    func chosen(_ receiver: MemberID?, _ devices: [MemberID], _ lowerer: Lowerer)
      -> FunctionInstance?
    {
      var found = instance
      if let target, let receiver,
        let kernel = lowerer.kernel(target.name, of: receiver, target.signature)
      {
        found = FunctionInstance(function: kernel, substitution: [:], device: receiver)
      }
      found?.devices = devices
      return found
    }
    let whole = (dispatch.receiver.map { [$0] } ?? []) + dispatch.devices
    let choices = whole.flatMap(\.leaves)
    let lists = deviceLists
    let hasReceiver = dispatch.receiver != nil
    let known = choices.compactMap { choice -> MemberID? in
      if case .known(let member) = choice { member } else { nil }
    }
    func split(_ leaves: [MemberID]) -> (MemberID?, [MemberID]) {
      var rest = leaves[...]
      let members = whole.compactMap { $0.member(from: &rest, lists) }
      return hasReceiver ? (members.first, Array(members.dropFirst())) : (nil, members)
    }
    if known.count == choices.count {
      let (receiver, devices) = split(known)
      guard let instance = chosen(receiver, devices, self) else {
        return placeholder(type(of: expression), "a call on this device", at: span)
      }
      if walk != nil, program.effects(of: instance.function).contains(.timeline) {
        return walkBody(of: instance, dispatch.values, expression)
      }
      return call(instance, dispatch.values, expression, hint) { lowerer, emitCall in
        emitCall(&lowerer, instance)
      }
    }
    // Any of them says what the parameters and the result are.
    let first = choices.compactMap { choice -> MemberID? in
      switch choice {
      case .known(let member): member
      case .element(let members, _): members.first
      case .list: nil
      }
    }
    let (receiver, devices) = split(first)
    guard first.count == choices.count, let like = chosen(receiver, devices, self), walk == nil
    else { return placeholder(type(of: expression), "a call on these devices", at: span) }
    let result = call(like, dispatch.values, expression, hint) { lowerer, emitCall in
      let end = lowerer.code.label()
      func choose(
        _ lowerer: inout Lowerer, _ rest: ArraySlice<DeviceDispatch.Choice>, _ so: [MemberID]
      ) {
        guard let choice = rest.first else {
          let (receiver, devices) = split(so)
          if let instance = chosen(receiver, devices, lowerer) {
            emitCall(&lowerer, instance)
          } else {
            lowerer.unsupported("a call on this device", at: span)
          }
          lowerer.code.jump(to: end)
          return
        }
        switch choice {
        case .list: break
        case .known(let member): choose(&lowerer, rest.dropFirst(), so + [member])
        case .element(let members, let index):
          let (number, isIt) = (
            lowerer.code.allocate([.integer]), lowerer.code.allocate([.boolean])
          )
          for (position, member) in members.enumerated() {
            // The index has been checked.
            guard position + 1 < members.count else {
              choose(&lowerer, rest.dropFirst(), so + [member])
              break
            }
            let next = lowerer.code.label()
            lowerer.loadInteger(Int64(position), into: number.first)
            lowerer.code.emit(.equalInteger, isIt.first, index.first, number.first)
            lowerer.code.jump(.jumpIfFalse, isIt.first, to: next)
            choose(&lowerer, rest.dropFirst(), so + [member])
            lowerer.code.place(next)
          }
          lowerer.code.free(isIt)
          lowerer.code.free(number)
        }
      }
      choose(&lowerer, choices[...], [])
      lowerer.code.place(end)
    }
    return result
  }

  /// The device that is called on, then the arguments, from left to right.
  private mutating func evaluateDevices(_ receiver: TypedExpression?, _ arguments: [TypedArgument])
    -> DeviceDispatch?
  {
    var dispatch = DeviceDispatch()
    if let receiver {
      guard let choice = choice(receiver) else { return nil }
      dispatch.receiver = choice
    }
    // What stands between devices is evaluated together, so that each value is kept over the next.
    var plain: [TypedArgument] = []
    var devices: [TypedExpression] = []
    for argument in arguments {
      if case .value(let value) = argument, value.type.isOfDevices {
        devices.append(value)
      } else {
        plain.append(argument)
      }
    }
    for device in devices {
      guard let choice = choice(device) else { return nil }
      dispatch.devices.append(choice)
    }
    dispatch.values = walk == nil ? evaluate(plain) : evaluateStatic(plain)
    return dispatch
  }

  private mutating func choice(_ device: TypedExpression) -> DeviceDispatch.Choice? {
    if case .array(let elements) = device.kind, deviceMember(device) == nil {
      let parts = elements.compactMap { choice($0) }
      return parts.count == elements.count ? .list(parts) : nil
    }
    guard case .index(let array, let index) = device.kind else {
      return deviceMember(device).map { .known($0) }
    }
    guard let member = deviceMember(array) else { return nil }
    let elements = elements(of: member)
    let operand = evaluateStatic(index)
    charge(operations: 1)
    if case .integer(let number)? = operand.constant, let position = Int(exactly: number),
      elements.indices.contains(position)
    {
      return .known(elements[position])
    }
    let run = temporary([.integer])
    store(operand, .integer, into: run, at: index.span)
    check(run, below: elements.count, at: device.span)
    return .element(elements, index: run)
  }
}

extension Lowerer {
  /// Raises IndexOutOfRange unless `index` is one of `count` elements.
  private mutating func check(_ index: Run, below count: Int, at span: Span) {
    let (limit, isIt) = (code.allocate([.integer]), code.allocate([.boolean]))
    let (wrong, fine) = (code.label(), code.label())
    loadInteger(0, into: limit.first)
    code.emit(.lessInteger, isIt.first, index.first, limit.first)
    code.jump(.jumpIfTrue, isIt.first, to: wrong)
    loadInteger(Int64(count), into: limit.first)
    code.emit(.lessInteger, isIt.first, index.first, limit.first)
    code.jump(.jumpIfTrue, isIt.first, to: fine)
    code.place(wrong)
    loadInteger(Int64(count), into: limit.first)
    emit(.throwError, 2, 0, Int(BuiltinError.indexOutOfRange.rawValue), at: span)
    code.operands([index.first, limit.first])
    code.end()
    code.place(fine)
    code.free(isIt)
    code.free(limit)
  }
}

extension TypedArgument {
  /// Whether it is a device, or an array of devices.
  var isDevice: Bool {
    if case .value(let value) = self { return value.type.isOfDevices }
    return false
  }
}
