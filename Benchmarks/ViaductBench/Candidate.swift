import CShims
import Dataplane

/// Packets received and the cycles of the rounds that received them.
struct Totals {
    var packets: UInt64 = 0
    var busyCycles: UInt64 = 0
}

/// Something that runs on the measured core until it is ended. Ending it says what it did wrong.
struct Candidate {
    let totals: () -> Totals
    let end: () throws -> Void
}

extension Candidate {
    /// A gateway worker that polls both ports.
    static func gateway(_ testbed: Testbed, core: Int) throws -> Candidate {
        let exchange = try Exchange.make(name: "bench")
        let worker = Worker(
            number: 0, tables: testbed.tables, exchange: exchange, pool: testbed.pool,
            queues: [ReceiveQueue(port: Testbed.access, queue: 0), ReceiveQueue(port: Testbed.underlay, queue: 0)], clock: testbed.clock,
            sleepsWhenIdle: false)
        let thread = try WorkerThread.launch(worker, number: 0, cpu: core)
        return Candidate(
            totals: {
                let counters = thread.counters.totals
                return Totals(packets: counters.packets, busyCycles: counters.busyCycles)
            },
            end: {
                exchange.stop()
                thread.join()
                defer {
                    thread.destroy()
                    exchange.destroy()
                }
                try check(thread.counters, testbed.direction)
            })
    }

    /// A benchmark of drops or floods is none.
    private static func check(_ counters: CounterBlock, _ direction: Options.Direction) throws {
        for reason in DropReason.allCases where counters.drops(reason) != 0 {
            throw BenchError.failed("\(counters.drops(reason)) packets were dropped: \(reason.explanation)")
        }
        let received = counters.totals.packets
        let sent = counters.port(direction == .encap ? Testbed.underlay : Testbed.access).txPackets
        guard sent == received else { throw BenchError.failed("\(received) packets came and \(sent) left: some were flooded") }
    }

    static func devices(_ testbed: Testbed) throws -> Candidate {
        let loop = DeviceLoop(source: testbed.source, sink: testbed.sink)
        let memory = UnsafeMutablePointer<DeviceLoop>.allocate(capacity: 1)
        memory.initialize(to: loop)
        let result = vd_worker_launch(
            1,
            { argument in
                argument!.assumingMemoryBound(to: DeviceLoop.self).pointee.run()
                return 0
            }, memory)
        guard result == 0 else { throw BenchError.failed("the measured core is busy") }
        return Candidate(
            totals: { loop.totals },
            end: {
                loop.stop()
                _ = vd_worker_wait(1)
                loop.destroy()
                memory.deallocate()
            })
    }
}
