/// Nothing, in a form that holds the value around it to its place in memory.
///
/// A large struct whose layout is known is otherwise taken out of its place whole, a kilobyte
/// copied, for each call of a method that does not change it.
package struct Anchor: Sendable {
  private let nothing: (any Sendable)? = nil
  package init() {}
}
