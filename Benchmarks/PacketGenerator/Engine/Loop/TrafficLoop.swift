import CShims
import Dataplane

/// Polls some sides on an EAL worker until it is stopped. Control touches the sides only while no loop runs, their counters excepted.
package final class TrafficLoop {
    private struct Body {
        var sides: UnsafeMutablePointer<Side>
        var count: Int
        var stop: UnsafeMutablePointer<UInt32>
        var hasEnded: UnsafeMutablePointer<UInt32>
    }

    private let lcore: UInt32
    private let body: UnsafeMutablePointer<Body>

    /// `lcore`: position of the core in the list given to EAL, from 1.
    package init(lcore: Int, sides: UnsafeMutablePointer<Side>, count: Int) {
        self.lcore = UInt32(lcore)
        let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
        words.initialize(repeating: 0, count: 2)
        body = .allocate(capacity: 1)
        body.initialize(to: Body(sides: sides, count: count, stop: words, hasEnded: words + 1))
    }

    deinit {
        body.pointee.stop.deallocate()
        body.deallocate()
    }

    package func start() throws(GeneratorError) {
        vd_store_release_u32(body.pointee.stop, 0)
        vd_store_release_u32(body.pointee.hasEnded, 0)
        let result = vd_worker_launch(
            lcore,
            { argument in
                TrafficLoop.run(argument!.assumingMemoryBound(to: Body.self).pointee)
                return 0
            }, body)
        guard result == 0 else { throw .failed("the core of loop \(lcore) is busy") }
    }

    package func stop() {
        vd_store_release_u32(body.pointee.stop, 1)
        // EAL waits without sleeping, and this thread may be on the loop's own core.
        while vd_load_acquire_u32(body.pointee.hasEnded) == 0 { vd_idle_sleep(100) }
        _ = vd_worker_wait(lcore)
    }

    private static func run(_ body: Body) {
        while vd_load_acquire_u32(body.stop) == 0 {
            var position = 0
            while position < body.count {
                body.sides[position].poll()
                position &+= 1
            }
        }
        vd_store_release_u32(body.hasEnded, 1)
    }
}
