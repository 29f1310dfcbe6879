import CShims

/// A worker on a core of its own.
package struct WorkerThread: @unchecked Sendable {
    package let cpu: Int
    package let counters: CounterBlock
    private let lcore: UInt32
    private let worker: UnsafeMutablePointer<Worker>
    private let rounds: UnsafeMutablePointer<UInt64>

    /// Starts the worker of position `number` in ``EAL/Options/workerCPUs``.
    package static func launch(_ worker: consuming Worker, number: Int, cpu: Int) throws(DeviceError) -> WorkerThread {
        let counters = worker.counters
        let rounds = worker.rounds
        let memory = UnsafeMutablePointer<Worker>.allocate(capacity: 1)
        memory.initialize(to: worker)
        let lcore = UInt32(number + 1)
        let result = vd_worker_launch(
            lcore,
            { argument in
                argument!.assumingMemoryBound(to: Worker.self).pointee.run()
                return 0
            }, memory)
        guard result == 0 else { throw .eal(reason: "worker on CPU \(cpu) did not start: \(EAL.describe(result))") }
        return WorkerThread(cpu: cpu, counters: counters, lcore: lcore, worker: memory, rounds: rounds)
    }

    /// Waits for the worker's end, after ``Exchange/stop()``. Its counters stay readable until ``destroy()``.
    package func join() { _ = vd_worker_wait(lcore) }

    package func destroy() {
        worker.deinitialize(count: 1)
        worker.deallocate()
    }

    var round: UInt64 { vd_load_acquire_u64(rounds) }
}

/// Waits until no worker can still hold what control unpublished before the call: each has passed a quiescent state since. A worker passes
/// one with each burst and never sleeps for more than 0.4 milliseconds, so this takes less than one.
package func awaitQuiescence(_ workers: [WorkerThread]) {
    vd_fence()
    let before = workers.map(\.round)
    for (worker, round) in zip(workers, before) {
        while worker.round == round { vd_idle_sleep(20) }
    }
}
