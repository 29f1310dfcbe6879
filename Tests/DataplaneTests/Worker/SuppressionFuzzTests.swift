import BenchSupport
import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("Bad ARP and ND")
    struct SuppressionFuzzTests {
        @Test("Of many damaged requests none costs a buffer, and an answer is well-formed, to the requester alone")
        func damaged() throws {
            let seeds = SuppressionTests.Protocol.allCases.flatMap { kind in
                [SuppressionTests.request(kind), SuppressionTests.answer(kind), tagged(SuppressionTests.request(kind), 0x2064)]
            }
            var mutator = PacketMutator(seeds: seeds, random: seededRandom("Bad ARP and ND"))
            try Rig.blue { rig in
                rig.tables.networks.setFeatures(NetworkIndex(1), .neighborSuppression)
                rig.tables.setObservesNeighbors(true)
                for address in [UnderlayAddress(ipv4: 0x0A01_000B), UnderlayAddress(bytes: ipv6Address(0xB))] {
                    rig.tables.neighbors.put(NetworkIndex(1), address, KnownNeighbor(mac: Blue.b))
                }
                var answers = 0
                for round in 0..<20_000 {
                    rig.put(Blue.b, round % 3 == 0 ? .port(1, vlan: 200) : .tunnel(1))
                    let port = rig.lan(round % 2 == 0 ? 2 : 0)
                    for _ in 0..<8 { try rig.receive(mutator.next(rig.pool), on: port) }
                    rig.workers[0].worker.holdClock()
                    rig.poll()
                    answers += rig.takeAll()[port, default: []].count { isAnswer($0) }
                    while rig.exchange.nextTenantFrame() != nil {}
                }
                let totals = rig.counters().totals
                #expect(totals.arpAnswered > 1000 && totals.ndAnswered > 1000)
                #expect(answers == Int(totals.arpAnswered + totals.ndAnswered), "every answer went back, and was right")
                rig.expectedDrops = rig.drops
            }
        }

        /// In the name of b, with a right checksum.
        private func isAnswer(_ frame: Bytes) -> Bool {
            let frame = frame.u16(12) == 0x8100 ? Bytes(frame[..<12] + frame[16...]) : frame
            guard frame.count >= 42, Bytes(frame[6..<12]) == Blue.b.octets else { return false }
            if frame.u16(12) == 0x0806 { return frame.u16(20) == 2 && Bytes(frame[22..<28]) == Blue.b.octets }
            guard frame.count == 86, frame[54] == 136 else { return false }
            let pseudo = Bytes(frame[22..<54]) + [0, 0, 0, 32, 0, 0, 0, 58]
            return naiveChecksum(pseudo + frame[54...]) == 0 && frame[21] == 255
        }
    }
}
