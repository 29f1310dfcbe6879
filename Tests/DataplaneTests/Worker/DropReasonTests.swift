import Dataplane
import Testing

extension PacketPath {
    @Suite("Drop reasons")
    struct DropReasonTests {
        @Test("Each reason's packets are dropped, counted under its name and nowhere else", arguments: DropReason.allCases)
        func drops(reason: DropReason) throws {
            let dropCase = DropCase.of(reason)
            try Rig.blue(dropCase.options) { rig in
                try dropCase.prepare(rig)
                let packets = try dropCase.packets(rig)
                let port = dropCase.accessPort.map { rig.lan($0) } ?? rig.wan
                for packet in packets { try rig.receive(packet, on: port) }
                rig.poll()
                rig.expectedDrops = [reason: UInt64(packets.count - dropCase.passed)]
                if dropCase.passed == 0 { #expect(rig.takeAll() == [:]) }
            }
        }

        @Test("A dropped frame teaches nothing, unless it was dropped on its way out")
        func learning() throws {
            for reason in DropReason.allCases where [.access, .underlay, .decapsulation].contains(reason.stage) {
                let dropCase = DropCase.of(reason)
                try Rig.blue(dropCase.options) { rig in
                    try dropCase.prepare(rig)
                    let packets = try dropCase.packets(rig)
                    for packet in packets { try rig.receive(packet, on: dropCase.accessPort.map { rig.lan($0) } ?? rig.wan) }
                    rig.poll()
                    #expect(rig.tables.macs.count == 0 && rig.events.isEmpty, "\(reason.name)")
                    rig.expectedDrops = [reason: UInt64(packets.count)]
                }
            }
        }

        @Test("A dropped packet does not disturb its burst")
        func neighbours() throws {
            for reason in DropReason.allCases where [.underlay, .decapsulation].contains(reason.stage) {
                let dropCase = DropCase.of(reason)
                try Rig.blue(dropCase.options) { rig in
                    try dropCase.prepare(rig)
                    rig.put(Blue.a, .port(2))
                    let packets = try dropCase.packets(rig)
                    let good = dropCase.good(rig.encapsulated(Blue.bToA, from: 1).bytes)
                    try rig.receive(good, on: rig.wan)
                    for packet in packets {
                        try rig.receive(packet, on: rig.wan)
                        try rig.receive(good, on: rig.wan)
                    }
                    while rig.poll() > 0 {}
                    #expect(rig.takeAll() == [rig.lan(2): Array(repeating: Blue.bToA, count: packets.count + 1)], "\(reason.name)")
                    rig.expectedDrops = [reason: UInt64(packets.count)]
                }
            }
        }
    }
}
