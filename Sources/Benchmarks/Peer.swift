/// Another language, or another way to run it, that Larmor is compared with.
package enum Peer: String, CaseIterable, Sendable {
  case c
  case lua
  case luajit
  /// LuaJIT with its compiler switched off.
  case luajitInterpreter = "luajit-joff"
  case wasmkit
  case python

  /// As it is called in the table.
  package var title: String {
    switch self {
    case .c: "C"
    case .lua: "Lua 5.4"
    case .luajit: "LuaJIT"
    case .luajitInterpreter: "LuaJIT -joff"
    case .wasmkit: "WasmKit"
    case .python: "CPython"
    }
  }

  /// Whether its program has a clock on the wall only, none of processor time.
  var tellsWallTime: Bool {
    switch self {
    case .wasmkit: true
    case .c, .lua, .luajit, .luajitInterpreter, .python: false
    }
  }
}

/// A peer that is not there, and why.
package struct AbsentPeer: Sendable {
  package let peer: Peer
  package let reason: String
}
