import Dataplane

/// What a worker had counted at a moment.
private struct WorkerSample {
    var time = MonotonicTime(.zero)
    var counters = WorkerCounters()
    var queuePackets: [UInt64] = []
}

/// A worker's counters a second ago and two: the ratios of the last full second.
struct WorkerRate {
    private var current = WorkerSample()
    private var previous = WorkerSample()

    mutating func sample(_ counters: CounterBlock, now: MonotonicTime) {
        previous = current
        current = WorkerSample(time: now, counters: counters.totals, queuePackets: counters.queuePackets)
    }

    var busyRatio: Double { ratio(\.busyCycles, \.totalCycles) }
    var cyclesPerPacket: Double { ratio(\.busyCycles, \.packets) }
    var averageBurst: Double { ratio(\.packets, \.bursts) }

    /// Packets a second from the queue at `position` of the worker's list.
    func packetsPerSecond(_ position: Int) -> Double {
        let seconds = previous.time.duration(to: current.time) / .seconds(1)
        guard current.queuePackets.indices.contains(position), seconds > 0 else { return 0 }
        let before = previous.queuePackets.indices.contains(position) ? previous.queuePackets[position] : 0
        return Double(current.queuePackets[position] - before) / seconds
    }

    private func ratio(_ part: KeyPath<WorkerCounters, UInt64>, _ whole: KeyPath<WorkerCounters, UInt64>) -> Double {
        let parts = current.counters[keyPath: part] - previous.counters[keyPath: part]
        let wholes = current.counters[keyPath: whole] - previous.counters[keyPath: whole]
        return wholes == 0 ? 0 : Double(parts) / Double(wholes)
    }
}

extension Gateway {
    package func workers() -> [WorkerStatus] {
        machinery.workers.indices.map { number in
            let worker = machinery.workers[number]
            let rate = rates[number]
            return WorkerStatus(
                core: worker.cpu, numaNode: EAL.node(ofCPU: worker.cpu), busyRatio: rate.busyRatio,
                packets: worker.counters.totals.packets, cyclesPerPacket: rate.cyclesPerPacket, averageBurst: rate.averageBurst,
                burstFill: rate.averageBurst / Double(Worker.burst), queues: queues(ofWorker: number))
        }
    }

    private func queues(ofWorker number: Int) -> [QueueStatus] {
        let packets = machinery.workers[number].counters.queuePackets
        return machinery.plan.workers[number].enumerated().map { position, queue in
            QueueStatus(
                port: reconciler.ports[queue.port].name, queue: Int(queue.queue), packets: packets[position],
                packetsPerSecond: rates[number].packetsPerSecond(position))
        }
    }
}
