import CoreDevice
import Diagnostics
import Freezing
import Simulation
import Typing

// Calls: on the same side, of kernels from the host, of the host from kernels.

extension Interpreter {
  /// Evaluates the arguments: values, and for `inout` parameters what the places hold.
  mutating func evaluate(
    _ arguments: [TypedArgument]
  ) throws(Stop) -> (values: [Value], places: [ResolvedPlace?]) {
    var values: [Value] = []
    var places: [ResolvedPlace?] = []
    for argument in arguments {
      switch argument {
      case .value(let value):
        values.append(try evaluate(value))
        places.append(nil)
      case .place(let place):
        let resolved = try resolve(place)
        values.append(.unit)
        places.append(resolved)
      }
    }
    for (index, place) in places.enumerated() {
      if let place { values[index] = try read(place) }
    }
    return (values, places)
  }

  mutating func call(
    _ callee: FunctionID, _ generics: [GenericID: GenericArgument], _ arguments: [TypedArgument],
    at span: Span
  ) throws(Stop) -> Value {
    let function = typed[callee]
    switch function.kind {
    case .kernel, .seamlessKernel:
      if !isDevice {
        let (values, _) = try evaluate(arguments)
        return try start(callee, values, on: nil, at: span)
      }
    case .portable, .host, .stage, .initializer, .test, .requirement: break
    }
    // A driver's kernel that calls another one of its driver stays on the device.
    var own: MemberID?
    if case .driver = function.owner { own = frame.device }
    return try run(callee, arguments, generics, on: own, at: span)
  }

  /// A call of the function that `value` is.
  mutating func call(_ value: Value, _ arguments: [Value], at span: Span) throws(Stop) -> Value {
    guard case .function(let callee, let generics, let captures) = forced(value, at: span) else {
      throw .unsupported("a call of no function")
    }
    switch typed[callee].kind {
    case .kernel, .seamlessKernel:
      if !isDevice { return try start(callee, arguments, on: nil, at: span) }
    case .portable, .host, .stage, .initializer, .test, .requirement: break
    }
    var own: MemberID?
    if case .driver = typed[callee].owner { own = frame.device }
    charge(operations: 1)
    let isOnWay = try enterIfForced(callee, at: span)
    defer { leaveIfForced(isOnWay) }
    let (result, _, failure) = try run(
      callee, captures + arguments, generics: generics, device: own, at: span)
    if let failure { throw failure }
    return result
  }

  mutating func call(
    _ name: String, of device: TypedExpression, like signature: FunctionID,
    _ arguments: [TypedArgument], at span: Span
  ) throws(Stop) -> Value {
    let member = deviceMember(try evaluate(device))
    guard let member, case .device(let binding?) = typed[member].kind,
      let kernel = typed.kernel(name, of: binding.driver, like: signature)
    else { throw .unsupported("a call of no device") }
    if !isDevice {
      let (values, _) = try evaluate(arguments)
      return try start(kernel, values, on: member, at: span)
    }
    return try run(kernel, arguments, [:], on: member, at: span)
  }

  /// A device as a value: the number of its member.
  func deviceValue(_ id: MemberID) -> Value { .integer(Int64(id.index)) }

  /// The member that a device's value stands for.
  private func deviceMember(_ value: Value) -> MemberID? {
    guard case .integer(let number) = value, let index = Int(exactly: number),
      typed.members.indices.contains(index)
    else { return nil }
    return typed.members[index].id
  }

  /// An element of an array of devices.
  mutating func deviceElement(
    _ array: TypedExpression, _ index: TypedExpression, at span: Span
  ) throws(Stop) -> Value {
    let position = try integer(index)
    charge(operations: 1)
    let devices = try evaluate(array)
    if case .array(let elements) = devices {
      guard let place = Int(exactly: position), elements.indices.contains(place) else {
        throw raise(.indexOutOfRange, at: span)
      }
      return elements[place]
    }
    guard let member = deviceMember(devices) else {
      throw .unsupported("an element of no devices")
    }
    let elements = typed[member].elements
    guard let place = Int(exactly: position), elements.indices.contains(place) else {
      throw raise(.indexOutOfRange, at: span)
    }
    return deviceValue(elements[place])
  }

  /// The kernels that a call of `name` on `device` may mean.
  func deviceKernels(_ name: String, of device: TypedExpression, like signature: FunctionID)
    -> [FunctionID]
  {
    typed.deviceKernels(name, of: device, like: signature, in: typed[frame.function].owner)
  }

  private mutating func run(
    _ callee: FunctionID, _ arguments: [TypedArgument], _ generics: [GenericID: GenericArgument],
    on device: MemberID?,
    at span: Span
  ) throws(Stop) -> Value {
    let (values, places) = try evaluate(arguments)
    charge(operations: 1)
    let isOnWay = try enterIfForced(callee, at: span)
    defer { leaveIfForced(isOnWay) }
    let (result, changed, failure) = try run(
      callee, values, generics: generics, device: device, at: span)
    // Writes made before an error stay.
    for (place, value) in zip(places, changed) {
      if let place, let value { try write(value, to: place) }
    }
    if let failure { throw failure }
    return result
  }

  // MARK: Kernels

  /// A compile point: what `kernel` captures is what the members hold now.
  mutating func compile(_ kernel: FunctionID) {
    guard let program else {
      images[kernel] = members
      return
    }
    var image: [MemberID: Value] = [:]
    for capture in program.captures(of: kernel) { image[capture.member] = members[capture.member] }
    images[kernel] = image
  }

  /// Runs the latest image of `kernel` on the device.
  mutating func start(
    _ kernel: FunctionID, _ arguments: [Value], on member: MemberID?, at span: Span
  ) throws(Stop) -> Value {
    guard let device, !isStopping else { throw raise(.cancelled, at: span) }
    if images[kernel] == nil { compile(kernel) }
    if let forcing, forcing.started(kernel, at: span) { throw .stopped }
    let image = images[kernel] ?? [:]
    if let onStart { onStart(kernel, staleCaptures(of: kernel, image)) }
    captured = image
    do throws(Stop) {
      for (argument, parameter) in zip(arguments, typed[kernel].parameters) {
        try requireRoom(for: argument, parameter.type, at: span)
      }
    } catch {
      captured = nil
      throw error
    }
    let outerFrames = frames
    let isCleanup = typed.experiments.contains { $0.cleanup == kernel }
    // Nothing on the host calls `cleanup`.
    kernelCall = isCleanup ? [] : backtrace(from: span)
    frames = []
    let outerDepth = depth
    depth = 0
    device.beginCall(
      isSeamless: typed[kernel].kind == .seamlessKernel,
      isCleanup: isCleanup)
    sendFailure = nil
    defer {
      device.endCall()
      captured = nil
      walk = nil
      frames = outerFrames
      kernelCall = []
      depth = outerDepth
      // Once the device's time is up the host half is asked to stop too.
      if let stopTime, device.clock >= stopTime { isStopping = true }
    }
    let (result, _, failure) = try run(kernel, arguments, device: member, at: nil)
    if let failure {
      guard case .raised = failure else { throw failure }
    }
    if let forcing {
      // Whether it fails is for the way to say.
      captured = nil
      if forcing.raises(at: span) { throw Self.forcedError(at: span) }
      return failure == nil ? result : zero(of: typed[kernel].result)
    }
    // What a failed `send` stopped fails with the error of that.
    if let sendFailure { throw .raised(sendFailure.raised) }
    if let failure { throw failure }
    return result
  }

  /// The members that hold something else than the image, where the kernel reads them.
  private func staleCaptures(of kernel: FunctionID, _ image: [MemberID: Value]) -> [MemberID] {
    var stale: [MemberID] = []
    for capture in program?.captures(of: kernel) ?? [] {
      var then = image[capture.member]
      var now = members[capture.member]
      for step in capture.path {
        let index: Int
        switch step {
        case .field(let i), .tupleElement(let i): index = i
        case .index(let i): index = Int(exactly: i) ?? -1
        }
        then = then?.parts.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        now = now?.parts.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      }
      if then != now, !stale.contains(capture.member) { stale.append(capture.member) }
    }
    return stale
  }
}
