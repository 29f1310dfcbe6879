import CShims
import Dataplane
import Testing

extension PacketPath {
    @Suite("To and from control")
    struct ControlPathTests {
        static let arp = ethernet(
            to: .broadcast, from: Rig.peerMAC(1), type: 0x0806,
            Bytes(hex: "0001 0800 06 04 0001 02ee00000001 c0000202 000000000000 c0000201"))

        private func ping(_ rig: Rig, to address: UInt32) -> Bytes {
            let packet = IPv4Packet(source: Rig.peerAddress(1), destination: address, proto: 1, payload: [8, 0, 0, 0, 0, 1, 0, 1])
            return ethernet(to: rig.options.wanMAC, from: Rig.peerMAC(1), packet.bytes)
        }

        @Test("ARP and ICMP on an underlay port are handed over whole, with their port")
        func punts() throws {
            var options = Rig.Options()
            options.underlayPorts = 2
            try Rig.blue(options) { rig in
                let second = PortIndex(4)
                let frames = [
                    (ControlPathTests.arp, rig.wan), (ControlPathTests.arp, second), (ping(rig, to: rig.options.address), second),
                ]
                for (frame, port) in frames {
                    try #expect(rig.forward(frame, on: port) == [:])
                    let punt = rig.exchange.nextPunt()
                    #expect(punt?.frame == frame && punt?.port == port)
                }
                #expect(rig.exchange.nextPunt() == nil)
            }
        }

        @Test("ICMP for somebody else is not handed over")
        func pingForOthers() throws {
            try Rig.blue { rig in
                try #expect(rig.forward(ping(rig, to: 0xC000_0264), on: rig.wan) == [:])
                #expect(rig.exchange.nextPunt() == nil)
                rig.expectedDrops = [.notOurAddress: 1]
            }
        }

        @Test("ARP between stations is forwarded like any frame")
        func arpOfStations() throws {
            try Rig.blue { rig in
                let arp = ControlPathTests.arp.replacing(6, Blue.a.octets)
                try #expect(rig.forward(tagged(arp, 100), on: rig.lan(0)).count == 3)
                #expect(rig.exchange.nextPunt() == nil)
            }
        }

        @Test("What control injects leaves unchanged on the port that it names, though nothing is received")
        func injections() throws {
            try Rig.blue { rig in
                for number in 0..<40 {
                    rig.exchange.inject(
                        [UInt8(number)] + ControlPathTests.arp, port: number % 2 == 0 ? rig.wan : rig.lan(1), pool: rig.pool)
                }
                var output: [PortIndex: [Bytes]] = [:]
                for _ in 0..<2 {
                    #expect(rig.poll() == 0)
                    output.merge(rig.takeAll()) { $0 + $1 }
                }
                #expect(output[rig.wan]?.map { $0[0] } == stride(from: 0, to: 40, by: 2).map { $0 })
                #expect(output[rig.lan(1)]?.map { $0[0] } == stride(from: 1, to: 40, by: 2).map { $0 })
            }
        }

        @Test("Only the first worker transmits what control injects")
        func oneInjector() throws {
            var options = Rig.Options()
            options.workers = 2
            try Rig.blue(options) { rig in
                rig.exchange.inject(ControlPathTests.arp, port: rig.wan, pool: rig.pool)
                rig.poll(1)
                #expect(rig.takeAll() == [:])
                rig.poll(0)
                #expect(rig.takeAll() == [rig.wan: [ControlPathTests.arp]])
            }
        }

        @Test("An injection into a full ring is refused and loses no buffer")
        func fullInjectionRing() throws {
            var options = Rig.Options()
            options.exchangeSize = 8
            try Rig.blue(options) { rig in
                let taken = (0..<10).map { _ in rig.exchange.inject(ControlPathTests.arp, port: rig.wan, pool: rig.pool) }
                #expect(taken.filter { $0 }.count == 7)
                rig.poll()
                #expect(rig.take(rig.wan).count == 7)
            }
        }
    }
}
