import Dataplane

/// An ARP packet for IPv4 over Ethernet (RFC 826; probes and announcements RFC 5227). In the frame, after the Ethernet header:
///
///     14 hardware type = 1     18 hardware length = 6    22 sender MAC        32 target MAC
///     16 protocol = 0x0800     19 protocol length = 4    28 sender address    38 target address
///                              20 operation
package struct ARPPacket: Equatable, Sendable {
    package enum Operation: UInt16, Sendable { case request = 1, reply = 2 }

    /// Ethernet header and ARP packet; what follows is padding.
    static let frameByteCount = EthernetHeader.byteCount + 28

    package let operation: Operation
    package let senderMAC: MACAddress
    /// 0.0.0.0 in a probe, which asks whether an address is in use.
    package let senderAddress: IPAddress
    /// Zero in requests, which ask for it.
    package let targetMAC: MACAddress
    package let targetAddress: IPAddress

    package init(
        _ operation: Operation, senderMAC: MACAddress, senderAddress: IPAddress, targetMAC: MACAddress,
        targetAddress: IPAddress
    ) {
        self.operation = operation
        self.senderMAC = senderMAC
        self.senderAddress = senderAddress
        self.targetMAC = targetMAC
        self.targetAddress = targetAddress
    }
}

// What the gateway says.
extension ARPPacket {
    /// "Who has `address`?"
    package static func request(for address: IPAddress, from sender: IPAddress, at mac: MACAddress) -> ARPPacket {
        ARPPacket(.request, senderMAC: mac, senderAddress: sender, targetMAC: .zero, targetAddress: address)
    }

    /// The answer to this request: the address it asks for is at `mac`.
    package func reply(from mac: MACAddress) -> ARPPacket {
        ARPPacket(
            .reply, senderMAC: mac, senderAddress: targetAddress, targetMAC: senderMAC, targetAddress: senderAddress)
    }

    /// Tells the whole link that `address` is at `mac`: a request for one's own address, which more implementations heed
    /// than a reply that nobody asked for (RFC 5227 section 3).
    package static func announcement(of address: IPAddress, at mac: MACAddress) -> ARPPacket {
        request(for: address, from: address, at: mac)
    }

    /// The packet in a frame from the sender's MAC to `destination`, padded to the shortest frame.
    package func frame(to destination: MACAddress) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: EthernetHeader.frameByteCountMin)
        EthernetHeader(destination: destination, source: senderMAC, etherType: EthernetHeader.typeARP).write(to: &frame)
        frame.write(1 as UInt16, at: 14)
        frame.write(EthernetHeader.typeIPv4, at: 16)
        frame[18] = 6
        frame[19] = 4
        frame.write(operation.rawValue, at: 20)
        frame.write(senderMAC, at: 22)
        frame.write(ipv4: senderAddress, at: 28)
        frame.write(targetMAC, at: 32)
        frame.write(ipv4: targetAddress, at: 38)
        return frame
    }
}

// What the gateway hears.
extension ARPPacket {
    /// Reads the packet behind the Ethernet header of `frame`, whose EtherType the caller has looked at.
    /// - Throws: one of the `arp` reasons of ``PuntDropReason``.
    package init(frame: [UInt8]) throws(PuntDropReason) {
        guard frame.count >= ARPPacket.frameByteCount else { throw .arpShort }
        guard frame.readUInt16(at: 14) == 1 else { throw .arpHardwareType }
        guard frame.readUInt16(at: 16) == EthernetHeader.typeIPv4 else { throw .arpProtocolType }
        guard frame[18] == 6, frame[19] == 4 else { throw .arpAddressLength }
        guard let operation = Operation(rawValue: frame.readUInt16(at: 20)) else { throw .arpOperation }
        self.init(
            operation, senderMAC: frame.readMAC(at: 22), senderAddress: frame.readIPv4(at: 28),
            targetMAC: frame.readMAC(at: 32), targetAddress: frame.readIPv4(at: 38))
        guard !senderMAC.isMulticast, !senderMAC.isZero else { throw .arpSenderMAC }
        guard senderAddress.isRemoteHost || isProbe else { throw .arpSenderAddress }
    }

    /// A request that must not be learned from: its sender has no address yet (RFC 5227 section 2.1.1).
    package var isProbe: Bool { operation == .request && senderAddress.isUnspecified }
}
