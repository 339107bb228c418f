// swift-tools-version: 6.2

// The modules and what each may import. The manifest is the drawing of docs/ARCHITECTURE.md; the
// build flag `--explicit-target-dependency-import-check error` (see the Makefile) makes it the law.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Code that is generic over the device's port, channels and report is compiled for those that there
/// are, across modules, as in Embedded Swift.
let specialised: [SwiftSetting] =
  strict + [
    .unsafeFlags(["-enable-cmo-everything"], .when(platforms: [.linux], configuration: .release))
  ]

func module(
  _ name: String, seeing dependencies: [Target.Dependency] = [],
  settings: [SwiftSetting] = strict
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, seeing dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "larmor",
  products: [.executable(name: "larmor", targets: ["larmor"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // Front end
    module("Diagnostics"),
    module("Syntax", seeing: ["Diagnostics"]),
    module("Formatting", seeing: ["Diagnostics", "Syntax"]),
    .target(
      name: "Explaining", resources: [.embedInCode("diagnostics.md")], swiftSettings: strict),
    module("Laboratory"),
    module("Typing", seeing: ["Diagnostics", "Syntax", "Laboratory"]),
    module("Values", seeing: ["Laboratory", "Typing", "Syntax"]),
    module("Freezing", seeing: ["Diagnostics", "Typing"]),
    // Machine and device: these three also build as Embedded Swift for bare metal.
    .target(name: "CSHA256"),
    .target(
      name: "Bytecode", dependencies: ["CSHA256"], swiftSettings: specialised,
      linkerSettings: [
        .unsafeFlags(
          ["-Xlinker", "--allow-multiple-definition"],
          .when(platforms: [.linux], configuration: .release))
      ]),
    module("Machine", seeing: ["Bytecode"], settings: specialised),
    // The machine's code as the processor's own; the device has none of it.
    .systemLibrary(name: "CCodeCache"),
    module("Native", seeing: ["Bytecode", "Machine", "CCodeCache"]),
    module("CoreDevice", seeing: ["Bytecode", "Machine"], settings: specialised),
    // Back end and the simulated laboratory
    module(
      "Lowering",
      seeing: [
        "Diagnostics", "Laboratory", "Syntax", "Typing", "Values", "Freezing", "Bytecode",
        "Machine",
      ]),
    module("Simulation", seeing: ["Laboratory", "Bytecode", "Machine", "CoreDevice"]),
    .target(
      name: "StandardLibrary", path: "stdlib",
      resources: [
        .embedInCode("prelude.exp"), .embedInCode("array.exp"), .embedInCode("fit.exp"),
        .embedInCode("math.exp"), .embedInCode("random.exp"), .embedInCode("scan.exp"),
        .embedInCode("stats.exp"),
      ],
      swiftSettings: strict),
    .systemLibrary(name: "CMinpack", providers: [.apt(["libcminpack-dev"])]),
    .systemLibrary(name: "CMalloc"),
    module(
      "Running",
      seeing: [
        "Laboratory", "Typing", "Values", "Freezing", "Bytecode", "Lowering", "Machine",
        "CoreDevice", "Simulation", "CMinpack", "Diagnostics", "Native",
      ]),
    module(
      "Toolchain",
      seeing: [
        "Diagnostics", "Syntax", "Laboratory", "Typing", "Values", "Freezing", "Bytecode",
        "Lowering", "Running", "StandardLibrary", "Machine", "CoreDevice", "Simulation",
      ]),
    // Larmor and other languages measured side by side; an edge, it has the clock and starts them.
    .target(
      name: "Benchmarks",
      dependencies: [
        "Diagnostics", "Laboratory", "Typing", "Freezing", "Bytecode", "Lowering", "Machine",
        "Native", "CoreDevice", "Simulation", "Toolchain",
      ],
      resources: [
        .embedInCode("Programs/kernels.exp"), .embedInCode("Programs/lab.toml"),
        .embedInCode("Programs/kernels.c"), .embedInCode("Programs/kernels.lua"),
        .embedInCode("Programs/kernels.py"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "larmor",
      dependencies: [
        "Diagnostics", "Laboratory", "Typing", "Values", "Bytecode", "Running", "Toolchain",
        "Formatting", "Explaining", "CMalloc", "Benchmarks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict,
      // The toolchain's own linker: faster, and silent about what is in the toolchain's libraries.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    // Tests
    module(
      "Reference",
      seeing: [
        "Diagnostics", "Laboratory", "Typing", "Values", "Freezing", "CoreDevice", "Simulation",
        "Machine", "CMinpack", "Running",
      ]),
    module(
      "TestKit",
      seeing: [
        "Diagnostics", "Syntax", "Laboratory", "Typing", "Values", "Freezing", "Bytecode",
        "Lowering", "Running", "Simulation", "Toolchain", "Reference",
      ]),
    tests(
      "SyntaxTests", seeing: ["Diagnostics", "Formatting", "Syntax", "Running", "TestKit"]),
    tests("MachineTests", seeing: ["Bytecode", "Machine", "Native", "TestKit"]),
    tests(
      "DeviceTests",
      seeing: ["Bytecode", "Machine", "CoreDevice", "Simulation", "Laboratory", "TestKit"]),
    tests(
      "GoldenTests",
      seeing: [
        "Diagnostics", "Syntax", "Laboratory", "Typing", "Values", "Freezing", "Bytecode",
        "Lowering", "Running", "Toolchain", "Reference", "TestKit", "Formatting", "Explaining",
        "Native",
        "Benchmarks",
      ]),
    tests("TidyTests", seeing: ["TestKit"]),
  ]
)
