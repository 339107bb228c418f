import Bytecode
import Diagnostics
import Laboratory
import Typing
import Values

// Conditions: where they do not hold, the code goes on elsewhere. What `and` joins is tested one
// after the other, without a value for the whole.

/// A part of a list of conditions that is tested on its own.
private struct ConditionPart {
  let condition: TypedCondition
  /// It holds where what it tests does not.
  var isNegated = false
  /// Operations that are charged once it is known.
  let cost: Int64
  /// Operations that are still to be charged where it fails.
  let owed: Int64
}

extension Lowerer {
  enum Branch {
    /// Known when compiling.
    case always(Bool)
    /// It holds here; where it does not, the code goes on at the label, to be placed.
    case otherwise(Label)
  }

  /// Evaluates a list of conditions and charges for it.
  ///
  /// Locals that it binds belong to the scope open now.
  mutating func branch(on conditions: [TypedCondition]) -> Branch {
    let otherwise = code.label()
    // Where something is still to be charged: by the number of operations.
    var owing: [Int64: Label] = [:]
    func failing(_ owed: Int64) -> Label {
      guard owed > 0, isDevice else { return otherwise }
      if let known = owing[owed] { return known }
      let label = code.label()
      owing[owed] = label
      return label
    }
    var isKnown = true
    for part in parts(of: conditions) {
      let mark = temporaries.count
      let (slot, constant): (Int, Bool?)
      var source: Operand?
      var binding: (LocalID, Run)?
      switch part.condition {
      case .expression(let expression):
        let operand = walk == nil ? evaluate(expression) : evaluateStatic(expression)
        if case .constant(.boolean(let value)) = operand {
          (slot, constant) = (0, value != part.isNegated)
        } else {
          let (run, settledOperand) = settled(operand, .boolean, at: expression.span)
          source = settledOperand
          (slot, constant) = (run.first, nil)
        }
      case .declare(let local, let value):
        bindPart(local, value)
        charge(operations: part.cost)
        continue
      case .binding(let local, let expression):
        let optional = type(of: expression)
        let known = walk == nil ? .dynamic : knownPlainly(expression)
        note(.dynamic, of: local)
        if case .value(.optional(let content)) = known,
          content.map({ !isVariable(local) && isKeptUnloaded($0) }) ?? true
        {
          discard(evaluateStatic(expression))
          if let content { bind(local, .constant(content)) }
          (slot, constant) = (0, content != nil)
          break
        }
        let run = declare(words(of: optional, at: expression.span))
        let operand = evaluate(expression, hint: run)
        store(operand, optional, into: run, at: expression.span)
        guard !run.words.isEmpty else { return .always(false) }
        binding = (local, run)
        switch known {
        case .value, .present: (slot, constant) = (run.first, true)
        case .dynamic, .fails: (slot, constant) = (run.first, nil)
        }
      }
      charge(operations: part.cost)
      if let source { discard(source) }
      if let binding {
        bind(binding.0, .run(binding.1.part(1, binding.1.words.count - 1)))
      }
      if let constant {
        releaseTemporaries(downTo: mark)
        if constant { continue }
        // It fails here, whatever comes after.
        if isKnown {
          charge(operations: part.owed)
          return .always(false)
        }
        code.jump(to: failing(part.owed))
        continue
      }
      isKnown = false
      // The jump leaves the temporaries of this condition to the other path too: they are released
      // on both.
      if temporaries.count > mark { releaseScalarCondition(slot: slot, downTo: mark) }
      code.jump(part.isNegated ? .jumpIfTrue : .jumpIfFalse, slot, to: failing(part.owed))
    }
    if isKnown { return .always(true) }
    code.owe(owing, each: program.description.costs.operation, before: otherwise)
    return .otherwise(otherwise)
  }

  private func parts(of conditions: [TypedCondition]) -> [ConditionPart] {
    var parts: [ConditionPart] = []
    for (index, condition) in conditions.enumerated() {
      // Where one but the last fails, what the list costs is still to be charged.
      let isLast = index == conditions.count - 1
      let (cost, owed): (Int64, Int64) = isLast ? (1, 0) : (0, 1)
      if case .expression(let expression) = condition, walk == nil {
        append(expression, cost: cost, owed: owed, to: &parts)
      } else {
        parts.append(ConditionPart(condition: condition, cost: cost, owed: owed))
      }
    }
    return parts
  }

  private func append(
    _ expression: TypedExpression, cost: Int64, owed: Int64, to parts: inout [ConditionPart]
  ) {
    switch expression.kind {
    case .and(let left, let right):
      append(left, cost: 1, owed: cost + owed, to: &parts)
      append(right, cost: cost, owed: owed, to: &parts)
    case .unary(.not, let operand):
      parts.append(
        ConditionPart(
          condition: .expression(operand), isNegated: true, cost: cost + 1, owed: owed))
    default:
      parts.append(ConditionPart(condition: .expression(expression), cost: cost, owed: owed))
    }
  }

  /// Releases temporaries while boolean slot `slot`, which is none of theirs, is still to be read.
  private mutating func releaseScalarCondition(slot: Int, downTo mark: Int) {
    var kept: [Temporary] = []
    while temporaries.count > mark {
      let temporary = temporaries.removeLast()
      if temporary.run.slots.contains(slot) {
        kept.append(temporary)
        continue
      }
      if !temporary.isMoved { release(temporary.run) }
      code.free(temporary.run)
    }
    temporaries += kept.reversed()
  }
}
