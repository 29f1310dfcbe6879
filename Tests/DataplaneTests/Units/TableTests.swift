import Dataplane
import Testing

@Suite("Flat tables")
struct TableTests {
    /// Tables of a gateway, given back at the end.
    private func withTables(_ body: (Tables) throws -> Void) rethrows {
        let tables = Tables.make(macCapacity: 16)
        defer { tables.destroy() }
        try body(tables)
    }

    @Test(
        "A port's VLAN map tells every VLAN ID and untagged apart, with and without a service tag", arguments: [nil, 1, 4094] as [UInt16?])
    func portVLANMap(service: UInt16?) {
        withTables { tables in
            tables.ports.set(PortIndex(3), PortRecord(), sharedTransmit: false, node: -1)
            let map = tables.ports.vlanMap(PortIndex(3))!
            func tags(_ vlan: UInt16) -> MemberTags { MemberTags(service: service.flatMap(VLANID.init), vlan: VLANID(vlan)) }
            for vlan in 0...4094 as ClosedRange<UInt16> { map.publish(tags(vlan), NetworkIndex(vlan + 1)) }
            #expect((0...4094).allSatisfy { map[tags($0)].rawValue == $0 + 1 })
            #expect(map[MemberTags(service: VLANID(7), vlan: VLANID(100))] == .none)
            if service != nil { #expect(map[MemberTags(vlan: VLANID(100))] == .none && map[.untagged] == .none) }
            for vlan in [0, 100] as [UInt16] { map.publish(tags(vlan), .none) }
            #expect(map[tags(100)] == .none && map[tags(0)] == .none && map[tags(101)] != .none)
        }
    }

    @Test("An underlay port has no VLAN map, and its addresses are replaced as a whole")
    func underlayAddresses() {
        withTables { tables in
            var record = PortRecord()
            record.isUnderlay = 1
            tables.ports.set(PortIndex(0), record, sharedTransmit: false, node: -1)
            #expect(tables.ports.vlanMap(PortIndex(0)) == nil)
            #expect(tables.ports.addresses(PortIndex(0)) == [])
            let first = [0xC000_0201, 0xC633_6401].map(UnderlayAddress.init(ipv4:)) + [UnderlayAddress(high: 0x2001_0DB8 << 32, low: 1)]
            #expect(tables.ports.publishAddresses(PortIndex(0), first) == nil)
            #expect(tables.ports.addresses(PortIndex(0)) == first)
            let second = [UnderlayAddress(ipv4: 0xCB00_7101)]
            let old = tables.ports.publishAddresses(PortIndex(0), second)
            #expect(old != nil && tables.ports.addresses(PortIndex(0)) == second)
            old?.deallocate()
        }
    }

    @Test("The VNI map spans all 24 bits")
    func vniMap() {
        withTables { tables in
            let vnis = [0, 1, 10100, 0x80_0000, 0xFF_FFFF].map { VNI($0)! }
            for (position, vni) in vnis.enumerated() { tables.vnis.publish(vni, NetworkIndex(UInt16(position + 1))) }
            for (position, vni) in vnis.enumerated() { #expect(tables.vnis[vni] == NetworkIndex(UInt16(position + 1))) }
            #expect(tables.vnis[VNI(2)!] == .none)
            tables.vnis.publish(vnis[4], .none)
            #expect(tables.vnis[vnis[4]] == .none)
        }
    }

    @Test("The VTEP map finds every VTEP and no other address", arguments: [0, 1, 8, 9, 1000, 4095])
    func vtepMap(count: Int) {
        withTables { tables in
            var random = seededRandom("VTEPMap")
            var wanted: [UInt32: TunnelIndex] = [:]
            // Neighbouring addresses, and scattered ones.
            while wanted.count < count {
                let address = wanted.count % 2 == 0 ? 0xC000_0201 + UInt32(wanted.count) : UInt32(truncatingIfNeeded: random.next())
                if address != 0, wanted[address] == nil { wanted[address] = TunnelIndex(UInt16(wanted.count + 1)) }
            }
            tables.vteps.publish(wanted)?.deallocate()
            #expect(wanted.allSatisfy { tables.vteps[$0.key] == $0.value })
            for _ in 0..<1000 {
                let address = UInt32(truncatingIfNeeded: random.next())
                #expect(tables.vteps[address] == wanted[address] ?? .none)
            }
            tables.vteps.publish([:])?.deallocate()
            #expect(wanted.keys.allSatisfy { tables.vteps[$0] == .none })
        }
    }

    @Test("A network has its VNI, and flood lists that are replaced as a whole")
    func networkTable() {
        withTables { tables in
            let network = NetworkIndex(7)
            tables.networks.set(network, vni: VNI(0xFF_FFFF)!)
            #expect(tables.networks.vni(network) == VNI(0xFF_FFFF))
            let locals = [Destination.port(0, vlan: 100), .port(1)]
            tables.networks.publishLocal(network, .make(locals)).free()
            tables.networks.publishRemote(network, .make([.tunnel(1)])).free()
            #expect(tables.networks.floodDestinations(network) == (locals, [.tunnel(1)]))
            tables.networks.publishLocal(network, .empty).free()
            #expect(tables.networks.floodDestinations(network) == ([], [.tunnel(1)]))
        }
    }

    @Test("A tunnel's record is replaced as a whole, and tells whether its next hop is resolved")
    func tunnelTable() {
        withTables { tables in
            let index = TunnelIndex(4095)
            #expect(tables.tunnels[index] == nil)
            for mac in [nil, MACAddress(2, 0, 0, 0, 0, 2)] {
                let record = TunnelRecord(
                    port: PortIndex(5), nextHopMAC: mac, portMAC: MACAddress(2, 0, 0, 0, 0, 1), source: 1, destination: 2, udpPort: 4789,
                    mtu: 1550,
                    hardwareChecksum: false)
                tables.tunnels.publish(index, record)?.deallocate()
                #expect(tables.tunnels[index]?.port == 5 && tables.tunnels[index]?.isResolved == (mac != nil))
            }
            tables.tunnels.remove(index)?.deallocate()
            #expect(tables.tunnels[index] == nil)
        }
    }
}
