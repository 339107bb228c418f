/// What the analysis rests on, each of it by name: the tests leave one out at a time, and then a
/// breach must escape.
package enum FreezeRule: CaseIterable, Sendable {
  /// A loop's body may run again after itself.
  case loopsGoRound
  /// The branch that is written second may be taken.
  case branchesJoin
  /// What raises in a `try` goes on in its `catch`es.
  case errorsAreCaught
  /// A function may end with an error after it has written.
  case calleesThrow
  /// A function's writes are its caller's.
  case calleesWrite
  /// A function's calls of kernels see what its caller has written.
  case calleesStart
  /// What a function writes of an `inout` parameter it writes of the argument.
  case lentIsWritten
  /// An `inout` parameter comes back after all that the function compiles.
  case lentComesBack
  /// Functions that call each other are looked at until nothing changes.
  case recursionSettles
  /// A call of a function value is one of every function of its type.
  case valuesAreCalled
  /// What kernels await and send writes before they return.
  case kernelsWrite
  /// What a kernel lends of the host's to what it has the host run may be written.
  case kernelsLend
  /// `finally` stands behind every exit.
  case finallyRuns
  /// `break` leaves a loop with what has been written.
  case breaksLeave
  /// An early `return` takes along what has been written.
  case returnsLeave
  /// An index that is computed may be any.
  case computedIndicesAreAny
  /// A write of a part changes the whole, and one of the whole its parts.
  case partsAndWholes
}
