import BenchSupport
import CShims
import Dataplane

/// Something that runs on measured cores until it is ended. Ending it says what it did wrong.
struct Candidate {
    /// Of all its cores together.
    let totals: () -> Totals
    /// One for each of its cores.
    let waits: [CoreWait]
    let end: () throws -> Void
}

extension Candidate {
    /// Gateway workers, one for each of the first `count` lanes, that poll both ports of their lane. `copies`: packets that leave for each
    /// that comes.
    static func gateway(_ testbed: Testbed, cpus: [Int], copies: Int = 1) throws -> Candidate {
        let exchange = try Exchange.make(name: "bench")
        var threads: [WorkerThread] = []
        for (number, cpu) in cpus.enumerated() { threads.append(try launch(testbed, exchange, number: number, cpu: cpu)) }
        return Candidate(
            totals: { threads.reduce(into: Totals()) { $0.add($1.counters.totals) } },
            waits: Array(try CoreWait.workers().prefix(cpus.count)),
            end: {
                exchange.stop()
                for thread in threads { thread.join() }
                defer {
                    for thread in threads { thread.destroy() }
                    exchange.destroy()
                }
                for (stream, thread) in threads.enumerated() { try check(thread.counters, exit: testbed.exit(stream), copies: copies) }
            })
    }

    static func launch(_ testbed: Testbed, _ exchange: Exchange, number: Int, cpu: Int) throws -> WorkerThread {
        let queues = [Topology.access(number), Topology.underlay(number)].map { ReceiveQueue(port: $0, queue: 0) }
        let worker = Worker(
            number: number, tables: testbed.tables, exchange: exchange, pool: testbed.pool, queues: queues, clock: testbed.clock,
            sleepsWhenIdle: false)
        return try WorkerThread.launch(worker, number: number, cpu: cpu)
    }

    /// A benchmark of drops or unexpected floods is none.
    private static func check(_ counters: CounterBlock, exit: PortIndex, copies: Int) throws {
        for reason in DropReason.allCases where counters.drops(reason) != 0 {
            throw BenchError("\(counters.drops(reason)) packets were dropped: \(reason.explanation)")
        }
        let received = counters.totals.packets
        let sent = counters.port(exit).txPackets
        guard sent == received * UInt64(copies) else {
            throw BenchError("\(received) packets came and \(sent) left, not \(copies) for each: some were flooded, or too few")
        }
    }

    /// The devices of the first `count` lanes alone, each on the core of its worker.
    static func devices(_ testbed: Testbed, count: Int = 1, copies: Int = 1) throws -> Candidate {
        let loops = testbed.lanes.prefix(count).map { DeviceLoop($0, pool: testbed.pool, copies: copies) }
        let memory = UnsafeMutablePointer<DeviceLoop>.allocate(capacity: count)
        memory.initialize(from: loops, count: count)
        for lane in 0..<count {
            let result = vd_worker_launch(
                UInt32(lane + 1),
                { argument in
                    argument!.assumingMemoryBound(to: DeviceLoop.self).pointee.run()
                    return 0
                }, memory + lane)
            guard result == 0 else { throw BenchError("measured core \(lane) is busy") }
        }
        return Candidate(
            totals: { loops.reduce(into: Totals()) { $0.add($1.counters.pointee) } },
            waits: Array(try CoreWait.workers().prefix(count)),
            end: {
                for loop in loops { loop.stop() }
                for lane in 0..<count { _ = vd_worker_wait(UInt32(lane + 1)) }
                for loop in loops { loop.destroy() }
                memory.deallocate()
            })
    }
}

extension Totals {
    mutating func add(_ totals: Totals) {
        packets += totals.packets
        busyCycles += totals.busyCycles
    }

    mutating func add(_ counters: WorkerCounters) {
        add(Totals(packets: counters.packets, busyCycles: counters.busyCycles))
    }
}
