import Dataplane

/// A loop probe, byte by byte as ``LoopProbe`` draws it.
func loopProbe(gateway: UInt64 = PacketPath.LoopTests.gateway, from: MACAddress = MACAddress(2, 0xFF, 0, 0, 0, 0)) -> Bytes {
    let number = bytes(UInt32(gateway >> 32)) + bytes(UInt32(gateway & 0xFFFF_FFFF))
    let payload: Bytes = [0, 0, 1, 0, 0, 0] + Bytes("VdLP".utf8) + number + [0, 0, 0, 100, 0, 1] + Bytes(repeating: 0, count: 22)
    return ethernet(to: MACAddress(0xCF, 0, 0, 0, 0, 0), from: from, type: 0x9000, payload)
}

extension DropCase {
    static func ofLoops(_ reason: DropReason) -> DropCase {
        switch reason {
        case .portBlocked:
            var blocked = access(2, Blue.aToB, Blue.aToAll, Bytes(Blue.aToB.prefix(13)), loopProbe(gateway: 1))
            blocked.prepare = { rig in
                rig.tables.publishProbes(gateway: PacketPath.LoopTests.gateway)
                rig.tables.ports.block(rig.lan(2))
            }
            return blocked
        default:
            var probes = access(0, tagged(loopProbe(), 100), tagged(loopProbe(from: Blue.a), 0xE064))
            let whole = probes.packets
            probes.packets = { rig in try whole(rig) + [stripped(rig, loopProbe(), tag: 100)] }
            probes.prepare = { $0.tables.publishProbes(gateway: PacketPath.LoopTests.gateway) }
            return probes
        }
    }
}
