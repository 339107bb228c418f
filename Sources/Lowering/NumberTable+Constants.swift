import Typing
import Values

extension NumberTable {
  /// The numbers as values of their own.
  var constants: [Constant] {
    switch self {
    case .integers(let values): values.map { .integer($0) }
    case .floats(let values): values.map { .float($0) }
    }
  }
}
