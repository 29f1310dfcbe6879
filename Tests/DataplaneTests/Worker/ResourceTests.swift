import CShims
import Dataplane
import Glibc
import Synchronization
import Testing
import mactable_stress

extension PacketPath {
    @Suite("Full rings, little room, several workers")
    struct ResourceTests {
        @Test("What a full device does not take is dropped; what it takes keeps its order")
        func transmitFull() throws {
            var options = Rig.Options()
            options.ringSize = 64
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .port(2))
                for round in 0..<3 as Range<UInt16> {
                    for number in 0..<30 as Range<UInt16> {
                        try rig.receive(tagged(datagram(from: Blue.a, to: Blue.b, ports: (round * 30 + number, 1)), 100), on: rig.lan(0))
                    }
                    rig.poll()
                }
                #expect(rig.take(rig.lan(2)).map { $0.u16(34) } == Array(0..<63))
                rig.expectedDrops = [.transmitFull: 27]
            }
        }

        @Test("Headroom of exactly the outer headers, or of a tag, suffices")
        func exactHeadroom() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .tunnel(1))
                rig.put(Blue.c, .port(0, vlan: 100))
                let sent = try rig.forward(rig.packet(Blue.aToB, headroom: 50), on: rig.lan(2))
                #expect(sent == [rig.wan: [rig.expected(Blue.aToB, to: 1, like: sent[rig.wan]?.first ?? [])]])
                let overTag = try rig.forward(rig.packet(tagged(Blue.aToB, 200), headroom: 46), on: rig.lan(1))
                #expect(overTag == sent)
                let toC = datagram(from: Blue.a, to: Blue.c)
                try #expect(rig.forward(rig.packet(toC, headroom: 4), on: rig.lan(2)) == [rig.lan(0): [tagged(toC, 100)]])
                try #expect(rig.forward(rig.packet(tagged(toC, 200), headroom: 0), on: rig.lan(1)) == [rig.lan(0): [tagged(toC, 100)]])
            }
        }

        @Test("A full burst to one port, and another, leave in order")
        func fullBursts() throws {
            try Rig.blue { rig in
                rig.put(Blue.b, .port(2))
                for number in 0..<100 as Range<UInt16> {
                    try rig.receive(tagged(datagram(from: Blue.a, to: Blue.b, ports: (number, 1)), 100), on: rig.lan(0))
                    try rig.receive(tagged(datagram(from: Blue.c, to: Blue.b, ports: (number, 2)), 200), on: rig.lan(1))
                }
                while rig.poll() > 0 {}
                let sent = rig.take(rig.lan(2))
                #expect(sent.filter { $0.u16(36) == 1 }.map { $0.u16(34) } == Array(0..<100))
                #expect(sent.filter { $0.u16(36) == 2 }.map { $0.u16(34) } == Array(0..<100))
                #expect(rig.counters().totals.packets == 200 && rig.counters().totals.bursts == 8)
            }
        }

        @Test("Each worker has a transmit queue of its own, and knows what the other has learned")
        func ownQueues() throws {
            var options = Rig.Options()
            options.workers = 2
            try Rig.blue(options) { rig in
                try rig.receive(tagged(datagram(from: Blue.b, to: Blue.c), 100), on: rig.lan(0), queue: 1)
                rig.poll(0)
                #expect(rig.place(of: Blue.b) == .none)
                rig.poll(1)
                #expect(rig.place(of: Blue.b) == .port(0, vlan: 100))
                #expect(rig.take(rig.lan(2), queue: 0).isEmpty && rig.take(rig.lan(2), queue: 1).count == 1)
                _ = rig.takeAll()
                try rig.receive(Blue.aToB, on: rig.lan(2), queue: 0)
                rig.poll(0)
                #expect(rig.take(rig.lan(0), queue: 0) == [tagged(Blue.aToB, 100)])
                #expect(rig.counters(0).totals.packets == 1 && rig.counters(1).totals.packets == 1)
            }
        }

        @Test("Workers that share a transmit queue send on it one at a time")
        func sharedQueue() throws {
            var options = Rig.Options()
            options.workers = 2
            options.sharesTransmit = true
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                let lock = try #require(rig.tables.ports[rig.wan].transmitLock)
                // lan0 is worker 0's, lan1 worker 1's.
                try rig.receive(tagged(Blue.aToB, 100), on: rig.lan(0))
                try rig.receive(tagged(datagram(from: Blue.c, to: Blue.b), 200), on: rig.lan(1))
                rig.poll(0)
                #expect(rig.take(rig.wan).count == 1)

                try #require(vd_try_lock(lock), "worker 0 has given the lock back")
                let isReleased = Atomic<Bool>(false)
                nonisolated(unsafe) let rig = rig
                nonisolated(unsafe) let shared = lock
                withThread({
                    usleep(50_000)
                    isReleased.store(true, ordering: .sequentiallyConsistent)
                    vd_unlock(shared)
                }) {
                    rig.poll(1)
                    let hasWaited = isReleased.load(ordering: .sequentiallyConsistent)
                    #expect(hasWaited, "worker 1 waited for the lock")
                }
                #expect(rig.take(rig.wan).count == 1)
                #expect(vd_try_lock(lock), "worker 1 has given the lock back")
            }
        }

        @Test("Two workers at once on one transmit queue lose nothing")
        func sharedQueueUnderLoad() throws {
            var options = Rig.Options()
            options.workers = 2
            options.sharesTransmit = true
            try Rig.blue(options) { rig in
                rig.put(Blue.b, .tunnel(1))
                for _ in 0..<200 {
                    for number in 0..<100 as Range<UInt16> {
                        try rig.receive(tagged(datagram(from: Blue.a, to: Blue.b, ports: (number, 1)), 100), on: rig.lan(0))
                        try rig.receive(tagged(datagram(from: Blue.c, to: Blue.b, ports: (number, 1)), 200), on: rig.lan(1))
                    }
                    nonisolated(unsafe) let rig = rig
                    withThread({ while rig.poll(1) > 0 {} }) { while rig.poll(0) > 0 {} }
                    #expect(rig.take(rig.wan).count == 200)
                }
            }
        }

        /// Runs `other` on a thread beside `body`.
        private func withThread(_ other: @escaping @Sendable () -> Void, _ body: () -> Void) {
            withoutActuallyEscaping(body) { body in
                nonisolated(unsafe) let body = body
                runThreads([other, { body() }])
            }
        }
    }
}
