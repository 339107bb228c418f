import Bytecode

extension CodeList {
  /// Has jumps, branches, calls and returns charge what is charged right before them, or before
  /// what neither raises an error nor is seen from outside.
  mutating func fuseCharges() {
    /// The charge that has not been made yet; before an instruction where `inserted` says which.
    var open: (index: Int, inserted: Int?)?
    var ticks: Int64 = 0
    func leaveOut() {
      guard let place = open else { return }
      if let inserted = place.inserted {
        self[before: place.index][inserted].isLeftOut = true
      } else {
        items[place.index].isLeftOut = true
      }
      open = nil
    }
    /// The instruction as it is to be; nil if it stays as it is.
    func changed(_ item: Item, at index: Int, _ inserted: Int?) -> Item? {
      var item = item
      if item.opcode == .charge {
        guard open != nil else {
          (open, ticks) = ((index, inserted), Int64(Int32(bitPattern: item.wide)))
          return nil
        }
        let sum = ticks + Int64(Int32(bitPattern: item.wide))
        guard let wide = Int32(exactly: sum) else {
          (open, ticks) = ((index, inserted), Int64(Int32(bitPattern: item.wide)))
          return nil
        }
        leaveOut()
        item.wide = UInt32(bitPattern: wide)
        (open, ticks) = ((index, inserted), sum)
        return item
      }
      guard item.opcode.bearsCharge else {
        if item.pureResult == nil { open = nil }
        return nil
      }
      defer { open = nil }
      guard open != nil, let charge = UInt8(exactly: ticks + Int64(item.charge)) else { return nil }
      leaveOut()
      // What was charged before it is owed where it is a safe point.
      if let target = item.target, target <= index { item.owed = UInt8(truncatingIfNeeded: ticks) }
      item.charge = charge
      return item
    }
    for index in items.indices {
      if isTarget[index] { open = nil }
      if hasInsertions {
        for inserted in self[before: index].indices {
          let item = self[before: index][inserted]
          if let other = changed(item, at: index, inserted) {
            self[before: index][inserted] = other
          }
        }
      }
      guard !items[index].isLeftOut, open != nil || items[index].opcode == .charge else { continue }
      if let other = changed(items[index], at: index, nil) { items[index] = other }
    }
  }
}
