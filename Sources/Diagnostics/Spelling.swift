/// Returns that of `candidates` which `word` most likely was meant to be, or nil if none is near.
///
/// A candidate is near if at most a third of the letters (at least one) must be changed, left out,
/// put in or swapped with their neighbour, or if it differs in nothing but the case of its letters.
package func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let letters = Array(word.unicodeScalars.prefix(64))
  guard !letters.isEmpty else { return nil }
  let lowercased = word.lowercased()
  let allowance = max(1, letters.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let distance: Int
    if candidate.lowercased() == lowercased {
      distance = 0
    } else {
      let other = Array(candidate.unicodeScalars.prefix(64))
      guard abs(other.count - letters.count) <= allowance else { continue }
      distance = editDistance(letters, other)
      // A name of one letter is near to every other of one letter, and so to none.
      guard distance <= allowance, distance < max(letters.count, other.count) else { continue }
    }
    if let known = best, known.distance <= distance { continue }
    best = (candidate, distance)
  }
  return best?.name
}

/// Whether `name` is so near to `word` that one can be sure that it was meant: one letter apart, or
/// long.
package func isSurelyMeant(_ name: String, by word: String) -> Bool {
  let (a, b) = (Array(word.unicodeScalars.prefix(64)), Array(name.unicodeScalars.prefix(64)))
  return a.count >= 6 || editDistance(a, b) <= 1 || word.lowercased() == name.lowercased()
}

/// The least number of letters changed, left out, put in or swapped with their neighbour between
/// `a` and `b`.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in b.indices {
      var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        least = min(least, beforeLast[j - 1] + 1)
      }
      row.append(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
