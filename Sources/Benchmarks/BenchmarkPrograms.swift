/// The texts of the kernels in all languages, and of the laboratory that they run in.
package enum BenchmarkPrograms {
  package static var larmor: [UInt8] { PackageResources.kernels_exp }
  package static var laboratory: [UInt8] { PackageResources.lab_toml }
  static var c: [UInt8] { PackageResources.kernels_c }
  static var lua: [UInt8] { PackageResources.kernels_lua }
  static var python: [UInt8] { PackageResources.kernels_py }
}
