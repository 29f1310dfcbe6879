import Dataplane

/// What a loop probe says; ``LoopProbe`` has its layout.
package struct LoopProbeFrame: Equatable, Sendable {
    /// Number of the gateway that sent it.
    package var gateway: UInt64
    /// Where it was sent through.
    package var place: LoopGuard.Place
    /// When, by the clock of that gateway.
    package var sentAt: MonotonicTime

    package init(gateway: UInt64, place: LoopGuard.Place, sentAt: MonotonicTime) {
        self.gateway = gateway
        self.place = place
        self.sentAt = sentAt
    }

    /// `nil`: `frame`, Ethernet without VLAN tag, is none.
    package init?(frame: [UInt8]) {
        guard frame.count >= LoopProbe.Offset.end, frame.readMAC(at: 0) == LoopProbe.destination,
            frame.readUInt16(at: LoopProbe.Offset.type) == LoopProbe.etherType,
            frame.readUInt32(at: LoopProbe.Offset.magic) == LoopProbe.magic
        else { return nil }
        gateway = frame.readUInt64(at: LoopProbe.Offset.gateway)
        place = LoopGuard.Place(
            port: PortIndex(frame.readUInt16(at: LoopProbe.Offset.port)),
            tags: MemberTags(
                service: VLANID(frame.readUInt16(at: LoopProbe.Offset.service)), vlan: VLANID(frame.readUInt16(at: LoopProbe.Offset.vlan))),
            network: NetworkIndex(frame.readUInt16(at: LoopProbe.Offset.network)))
        sentAt = MonotonicTime(.milliseconds(Int64(clamping: frame.readUInt64(at: LoopProbe.Offset.sent))))
    }

    /// Ethernet without VLAN tag.
    package func frame(from mac: MACAddress) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: LoopProbe.byteCount)
        EthernetHeader(destination: LoopProbe.destination, source: mac, etherType: LoopProbe.etherType).write(to: &frame)
        frame[LoopProbe.Offset.function] = LoopProbe.functionReply
        frame.write(LoopProbe.magic, at: LoopProbe.Offset.magic)
        frame.write(gateway, at: LoopProbe.Offset.gateway)
        frame.write(place.port.rawValue, at: LoopProbe.Offset.port)
        frame.write(place.tags.vlan?.rawValue ?? 0, at: LoopProbe.Offset.vlan)
        frame.write(place.tags.service?.rawValue ?? 0, at: LoopProbe.Offset.service)
        frame.write(place.network.rawValue, at: LoopProbe.Offset.network)
        frame.write(UInt64(max(0, sentAt.sinceZero / .milliseconds(1))), at: LoopProbe.Offset.sent)
        return frame
    }
}
