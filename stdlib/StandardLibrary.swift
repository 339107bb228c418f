/// The modules of the standard library, in an order in which every one stands after those that it
/// imports.
package let libraryModules = ["prelude", "array", "math", "random", "stats", "scan", "fit"]

/// The source text of the module `name` of the standard library; nil if there is none.
package func librarySource(_ name: String) -> [UInt8]? {
  switch name {
  case "prelude": PackageResources.prelude_exp
  case "array": PackageResources.array_exp
  case "math": PackageResources.math_exp
  case "stats": PackageResources.stats_exp
  case "random": PackageResources.random_exp
  case "scan": PackageResources.scan_exp
  case "fit": PackageResources.fit_exp
  default: nil
  }
}
