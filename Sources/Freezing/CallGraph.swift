import Typing

/// Which function may call which.
struct CallGraph {
  var edges: [FunctionID: Set<FunctionID>] = [:]

  /// The strongly connected components of the graph over `nodes`, callees before callers.
  func components(of nodes: [FunctionID]) -> [[FunctionID]] {
    let known = Set(nodes)
    var result: [[FunctionID]] = []
    var order: [FunctionID: Int] = [:]
    var low: [FunctionID: Int] = [:]
    var stack: [FunctionID] = []
    var isOnStack: Set<FunctionID> = []
    var work: [(node: FunctionID, successors: [FunctionID], next: Int)] = []

    func enter(_ node: FunctionID) {
      order[node] = order.count
      low[node] = order[node]
      stack.append(node)
      isOnStack.insert(node)
      let successors = (edges[node] ?? []).filter(known.contains).sorted { $0.index < $1.index }
      work.append((node, successors, 0))
    }

    for root in nodes where order[root] == nil {
      enter(root)
      while let top = work.last {
        let node = top.node
        if top.next < top.successors.count {
          work[work.count - 1].next += 1
          let successor = top.successors[top.next]
          if let number = order[successor] {
            if isOnStack.contains(successor) { low[node] = min(low[node] ?? number, number) }
          } else {
            enter(successor)
          }
          continue
        }
        work.removeLast()
        if let caller = work.last?.node, let own = low[node] {
          low[caller] = min(low[caller] ?? own, own)
        }
        guard low[node] == order[node] else { continue }
        var component: [FunctionID] = []
        while let last = stack.popLast() {
          isOnStack.remove(last)
          component.append(last)
          if last == node { break }
        }
        result.append(component.sorted { $0.index < $1.index })
      }
    }
    return result
  }
}
