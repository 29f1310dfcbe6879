import Dataplane

/// Which worker polls which receive queue. Each queue has one worker, so that the packets of a flow stay in order.
package struct QueuePlan: Equatable, Sendable {
    /// A port as the plan sees it.
    package struct Port: Equatable, Sendable {
        var queues: Int
        /// NUMA node, -1 when the device has none.
        var node: Int

        package init(queues: Int, node: Int = -1) {
            self.queues = queues
            self.node = node
        }
    }

    /// By number of the worker.
    package let workers: [[ReceiveQueue]]

    /// `nodes`: the NUMA node of each worker's CPU.
    ///
    /// A port with a queue for every worker gives each its own: worker 0 polls queue 0, and so on, so that what hashes alike on two ports
    /// comes to one worker. Other queues go one by one to the worker that has the fewest, on the node of the port where a worker is there:
    /// the way to another node's memory costs more than an uneven deal.
    package init(ports: [Port], nodes: [Int]) {
        var workers = [[ReceiveQueue]](repeating: [], count: nodes.count)
        for (index, port) in ports.enumerated() {
            let near = nodes.indices.filter { port.node < 0 || nodes[$0] == port.node }
            for number in 0..<port.queues {
                let candidates = near.isEmpty ? Array(nodes.indices) : near
                let worker = port.queues == nodes.count ? number : candidates.min { workers[$0].count < workers[$1].count }!
                workers[worker].append(ReceiveQueue(port: PortIndex(UInt16(index)), queue: UInt16(number)))
            }
        }
        self.workers = workers
    }
}
