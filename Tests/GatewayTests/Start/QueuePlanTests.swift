import Dataplane
import Gateway
import Testing

@Suite("Who polls what")
struct QueuePlanTests {
    private func plan(_ queues: Int..., nodes: [Int]) -> [String] {
        QueuePlan(ports: queues.map { .init(queues: $0) }, nodes: nodes).workers.map(text)
    }

    /// `0:1` is queue 1 of port 0.
    private func text(_ queues: [ReceiveQueue]) -> String {
        queues.map { "\($0.port.rawValue):\($0.queue)" }.joined(separator: " ")
    }

    @Test func `one worker polls everything`() { #expect(plan(1, 2, 1, nodes: [0]) == ["0:0 1:0 1:1 2:0"]) }

    @Test func `a queue for every worker: each has the one of its number, on every port`() {
        #expect(plan(3, 3, nodes: [0, 0, 0]) == ["0:0 1:0", "0:1 1:1", "0:2 1:2"])
    }

    @Test func `single queues go around`() {
        #expect(plan(1, 1, 1, 1, nodes: [0, 0]) == ["0:0 2:0", "1:0 3:0"])
        #expect(plan(1, 2, 1, nodes: [0, 0]) == ["0:0 1:0", "1:1 2:0"])
    }

    @Test func `more queues than workers are dealt evenly, over several ports too`() {
        #expect(plan(3, 3, nodes: [0, 0]) == ["0:0 0:2 1:1", "0:1 1:0 1:2"])
    }

    @Test func `fewer queues than workers leave some with nothing`() { #expect(plan(1, 1, nodes: [0, 0, 0]) == ["0:0", "1:0", ""]) }

    @Test func `a port stays on its NUMA node where a worker is there`() {
        let ports = [QueuePlan.Port(queues: 1, node: 1), .init(queues: 1, node: 1), .init(queues: 1, node: 0), .init(queues: 1, node: 2)]
        #expect(QueuePlan(ports: ports, nodes: [0, 1]).workers.map(text) == ["2:0 3:0", "0:0 1:0"])
    }

    @Test func `every queue is polled by exactly one worker`() {
        for workers in 1...5 {
            for queues in [[1], [2, 1, 3], [5, 4, 3, 2, 1], [8, 8]] {
                let plan = QueuePlan(ports: queues.map { .init(queues: $0) }, nodes: Array(repeating: 0, count: workers))
                let all = plan.workers.joined()
                #expect(Set(all).count == queues.reduce(0, +) && all.count == queues.reduce(0, +))
                let counts = plan.workers.map(\.count)
                #expect(counts.max()! - counts.min()! <= 1, "\(queues) over \(workers)")
            }
        }
    }
}
