import Dataplane
import Testing

@Suite("Value types")
struct ValueTypeTests {
    @Test("A destination gives back the port and the tags that it was made of, and no two are the same")
    func localDestinations() {
        let vlans = ([nil, 1, 2, 100, 2048, 4094] as [UInt16?]).map { $0.flatMap(VLANID.init) }
        var seen: Set<UInt32> = []
        for port in [0, 1, 31] as [UInt16] {
            for service in vlans {
                for vlan in vlans {
                    let tags = MemberTags(service: service, vlan: vlan)
                    let destination = Destination.local(port: PortIndex(port), tags: tags)
                    #expect(destination.isLocal && !destination.isTunnel && destination.tunnel == nil)
                    #expect(destination.port == PortIndex(port) && destination.tags == tags)
                    #expect(destination.rawValue < 1 << 30 && seen.insert(destination.rawValue).inserted)
                }
            }
        }
    }

    @Test("Tags are told in one word, and sorted by the outer one first")
    func memberTags() {
        let a = VLANID(100), b = VLANID(20)
        let all = [.untagged, MemberTags(vlan: b), MemberTags(vlan: a), MemberTags(service: a, vlan: nil), MemberTags(service: a, vlan: b)]
        #expect(all.map(\.description) == ["untagged", "20", "100", "100.*", "100.20"])
        #expect(all.reversed().sorted() == all)
    }

    @Test("A destination gives back the tunnel that it was made of")
    func tunnelDestinations() {
        for index in [1, 4095, 65535] as [UInt16] {
            let destination = Destination.tunnel(TunnelIndex(index))
            #expect(destination.isTunnel && !destination.isLocal)
            #expect(destination.tunnel == TunnelIndex(index))
            #expect(destination.port == nil && destination.tags == nil)
            #expect(destination.rawValue < 1 << 30)
        }
        #expect(!Destination.none.isLocal && !Destination.none.isTunnel)
    }

    @Test("A MAC entry keeps destination, origin and time apart")
    func macEntries() {
        let destinations = [Destination.port(31, vlan: 4094), .port(0), .tunnel(4095)]
        for origin in MACOrigin.allCases {
            for destination in destinations {
                for time in [0, 1, UInt32.max] as [UInt32] {
                    let entry = MACEntry(destination, origin, lastSeen: time)
                    #expect(entry.destination == destination && entry.origin == origin && entry.lastSeen == time && !entry.isNone)
                }
            }
        }
        #expect(MACEntry.none.isNone && MACEntry.none.origin == nil && MACEntry.none.destination == .none)
    }

    @Test("Origins rank: configured over control plane over learned")
    func originRanks() {
        #expect(MACOrigin.configured > .controlPlane && MACOrigin.controlPlane > .learned)
    }

    @Test("A MAC key is network and address, and gives both back")
    func macKeys() {
        let mac = MACAddress(0x02, 0x11, 0x22, 0x33, 0x44, 0xFF)
        for network in [1, 4095, 65535] as [UInt16] {
            let key = MACKey(network: NetworkIndex(network), mac: mac)
            #expect(key.network == NetworkIndex(network) && key.mac == mac)
        }
    }

    @Test("VNIs are numbers of 24 bits")
    func vnis() {
        #expect(VNI(0)?.rawValue == 0 && VNI(0xFF_FFFF)?.rawValue == 0xFF_FFFF)
        #expect(VNI(0x100_0000) == nil && VNI(.max) == nil)
    }

    @Test("VLAN IDs are 1 to 4094")
    func vlanIDs() {
        #expect(VLANID(1)?.rawValue == 1 && VLANID(4094)?.rawValue == 4094)
        #expect(VLANID(0) == nil && VLANID(4095) == nil && VLANID(4096) == nil)
    }

    @Test("MAC addresses are read and written the usual way")
    func macAddresses() {
        let mac = MACAddress(0x02, 0x0A, 0, 0, 0, 0xFF)
        #expect(mac.description == "02:0a:00:00:00:ff" && mac.octets == [2, 0x0A, 0, 0, 0, 0xFF])
        #expect(MACAddress("02:0a:00:00:00:ff") == mac && MACAddress("02-0A-0-0-0-FF") == mac)
        let wrong = [
            "", "02:0a:00:00:00", "02:0a:00:00:00:ff:00", "02:0a:00:00:00:fg", "02:0a:00:00:00:1ff", "02:0a:00:00::ff", "+2:0a:00:00:00:ff",
        ]
        for text in wrong { #expect(MACAddress(text) == nil, "\(text)") }
        #expect(MACAddress.broadcast.isMulticast && !mac.isMulticast && MACAddress.zero.isZero)
    }

    @Test("Every drop reason has a name of its own, in snake case, and an explanation")
    func dropReasons() {
        let names = DropReason.allCases.map(\.name)
        #expect(Set(names).count == names.count && names.count == DropReason.count)
        for reason in DropReason.allCases {
            #expect(reason.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(reason.name)")
            #expect(!reason.explanation.isEmpty)
        }
    }
}
