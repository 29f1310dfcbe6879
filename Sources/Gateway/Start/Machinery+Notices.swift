import Dataplane
import Glibc
import Logging

// What a person should know about a start that went well: what costs speed or packets, though it works.

extension Machinery {
    func tellNotices(_ cores: [Int], logger: Logger) {
        tellQueues(logger)
        tellWorkers(cores, logger)
        waitForBonds()
        for port in ports where !port.device.link.isUp {
            logger.warning(
                "port \(port.configuration.name) (\(port.configuration.device)) has no link; check the cable or bring the interface up")
        }
    }

    /// A bond looks at its members' links every 100 milliseconds, and has none before.
    private func waitForBonds() {
        let bonds = ports.filter { $0.configuration.bond != nil }
        for _ in 0..<30 where bonds.contains(where: { !$0.device.link.isUp }) { usleep(10_000) }
    }

    /// How each port is spread over its queues, and what its device refused.
    private func tellQueues(_ logger: Logger) {
        for port in ports {
            let name = port.configuration.name
            let queues = port.queues
            if case .exactly(let wanted) = port.configuration.queues, wanted != queues.rx {
                logger.warning("port \(name): its device has \(queues.rx) receive queues to use, not the \(wanted) of its `queues`")
            }
            for refusal in port.rss?.refusals ?? [] { logger.notice("port \(name): its device refused to spread as asked: \(refusal)") }
            if queues.rx > 1 {
                logger.info("port \(name): \(queues.rx) receive queues, spread by \(queues.spreader.rawValue)")
            } else if workerCount > 1, port.configuration.queues == .auto {
                logger.info("port \(name): its device has one receive queue, which one worker polls")
            }
        }
    }

    private func tellWorkers(_ cores: [Int], _ logger: Logger) {
        for (number, cpu) in cores.enumerated() {
            let own = EAL.node(ofCPU: cpu)
            if plan.workers[number].isEmpty {
                logger.warning("worker on core \(cpu) has no receive queue to poll; remove the core, or use devices with more queues")
            }
            for queue in plan.workers[number] {
                let port = ports[Int(queue.port.rawValue)]
                guard port.info.node >= 0, port.info.node != own else { continue }
                logger.warning(
                    "worker on core \(cpu) is on NUMA node \(own), its port \(port.configuration.name) on node \(port.info.node); choose cores of that node"
                )
            }
        }
    }
}
