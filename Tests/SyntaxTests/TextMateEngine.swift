import Diagnostics
import Foundation

/// Colours lines by a TextMate grammar as editors do: the rule that matches first wins, of several
/// the one that stands first.
///
/// It knows what the grammar of Larmor uses: `match`, `begin` with `end`, captures and includes.
final class TextMateEngine {
  private final class Rule {
    let name: String
    let expression: NSRegularExpression
    let captures: [Int: String]
    /// What is inside of the rule, and what ends it.
    let end: NSRegularExpression?
    let endName: String
    let inside: [[String: Any]]

    init(_ entry: [String: Any]) throws {
      name = entry["name"] as? String ?? ""
      let pattern = entry["match"] as? String ?? entry["begin"] as? String ?? ""
      expression = try NSRegularExpression(pattern: pattern)
      end = try (entry["end"] as? String).map { try NSRegularExpression(pattern: $0) }
      let field = end == nil ? "captures" : "beginCaptures"
      captures = Rule.names(entry[field])
      endName = Rule.names(entry["endCaptures"])[0] ?? name
      inside = entry["patterns"] as? [[String: Any]] ?? []
    }

    private static func names(_ field: Any?) -> [Int: String] {
      var names: [Int: String] = [:]
      for (number, style) in field as? [String: [String: String]] ?? [:] {
        if let number = Int(number) { names[number] = style["name"] }
      }
      return names
    }
  }

  private let repository: [String: [String: Any]]
  private let top: [[String: Any]]
  private var known: [String: [Rule]] = [:]

  init(_ json: String) throws {
    let file = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    repository = file["repository"] as? [String: [String: Any]] ?? [:]
    top = file["patterns"] as? [[String: Any]] ?? []
  }

  private func rules(_ entries: [[String: Any]]) throws -> [Rule] {
    var rules: [Rule] = []
    for entry in entries {
      guard let include = entry["include"] as? String else {
        rules.append(try Rule(entry))
        continue
      }
      let name = String(include.dropFirst())
      if let found = known[name] {
        rules += found
        continue
      }
      guard let target = repository[name] else { continue }
      let found =
        target["begin"] != nil
        ? [try Rule(target)] : try self.rules(target["patterns"] as? [[String: Any]] ?? [])
      known[name] = found
      rules += found
    }
    return rules
  }

  /// The scope of each UTF-8 byte of `text`; empty for those that no rule colours.
  func scopes(of text: String) throws -> [String] {
    var scopes: [String] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let units = try self.scopes(ofLine: String(line), isFirst: number == 0)
      var unit = 0
      for scalar in line.unicodeScalars {
        let width = scalar.value > 0xFFFF ? 2 : 1
        let bytes = String(scalar).utf8.count
        scopes += [String](repeating: units[unit], count: bytes)
        unit += width
      }
      scopes.append("")
    }
    return scopes
  }

  private func scopes(ofLine line: String, isFirst: Bool) throws -> [String] {
    let length = (line as NSString).length
    var scopes = [String](repeating: "", count: length)
    var stack: [Rule] = []
    var place = 0
    func colour(_ range: NSRange, _ name: String) {
      guard !name.isEmpty, range.location != NSNotFound else { return }
      for index in range.location..<min(length, range.location + range.length) {
        scopes[index] = name
      }
    }
    while place <= length {
      let range = NSRange(location: place, length: length - place)
      let options: NSRegularExpression.MatchingOptions = [
        .withoutAnchoringBounds, .withTransparentBounds,
      ]
      var best: (rule: Rule?, match: NSTextCheckingResult)?
      if let end = stack.last?.end,
        let match = end.firstMatch(in: line, options: options, range: range)
      {
        best = (nil, match)
      }
      for rule in try rules(stack.last?.inside ?? top) {
        if best?.match.range.location == place { break }
        if !isFirst, rule.expression.pattern.hasPrefix("\\A") { continue }
        guard let match = rule.expression.firstMatch(in: line, options: options, range: range),
          match.range.location < (best?.match.range.location ?? .max)
        else { continue }
        best = (rule, match)
      }
      guard let (rule, match) = best else {
        colour(range, stack.last?.name ?? "")
        break
      }
      colour(
        NSRange(location: place, length: match.range.location - place), stack.last?.name ?? "")
      if let rule {
        colour(match.range, rule.name)
        for (number, name) in rule.captures where number < match.numberOfRanges {
          colour(match.range(at: number), name)
        }
        if rule.end != nil { stack.append(rule) }
      } else {
        colour(match.range, stack.last?.endName ?? "")
        stack.removeLast()
      }
      let next = match.range.location + match.range.length
      if next == place, rule != nil || stack.isEmpty { place += 1 } else { place = next }
    }
    return scopes
  }
}
