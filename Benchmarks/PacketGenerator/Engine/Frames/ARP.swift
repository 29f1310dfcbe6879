import Dataplane

/// As much of ARP as an underlay needs (RFC 826): frames of 42 bytes, without tag.
package enum ARP {
    static let byteCount = 42
    private static let request: UInt16 = 1, reply: UInt16 = 2

    /// A packet of Ethernet and IPv4.
    package struct Packet: Equatable {
        package var isRequest: Bool
        package var senderMAC: MACAddress
        package var sender: UInt32
        package var target: UInt32
    }

    package static func parse(_ frame: UnsafeRawBufferPointer) -> Packet? {
        guard frame.count >= byteCount else { return nil }
        let fixed = frame.loadUnaligned(fromByteOffset: 12, as: UInt64.self).bigEndian
        let operation = frame.loadUnaligned(fromByteOffset: 20, as: UInt16.self).bigEndian
        guard fixed == 0x0806_0001_0800_0604, operation == request || operation == reply else { return nil }
        return Packet(
            isRequest: operation == request,
            senderMAC: MACAddress(bits: frame.loadUnaligned(fromByteOffset: 22, as: UInt64.self)),
            sender: frame.loadUnaligned(fromByteOffset: 28, as: UInt32.self).bigEndian,
            target: frame.loadUnaligned(fromByteOffset: 38, as: UInt32.self).bigEndian)
    }

    /// Asks everybody for the MAC of `target`.
    package static func request(for target: UInt32, from sender: UInt32, mac: MACAddress) -> [UInt8] {
        frame(to: .broadcast, operation: request, mac, sender, .zero, target)
    }

    /// Answers that `request.target` has this MAC.
    package static func reply(to request: Packet, mac: MACAddress) -> [UInt8] {
        frame(to: request.senderMAC, operation: reply, mac, request.target, request.senderMAC, request.sender)
    }

    private static func frame(
        to destination: MACAddress, operation: UInt16, _ senderMAC: MACAddress, _ sender: UInt32, _ targetMAC: MACAddress, _ target: UInt32
    ) -> [UInt8] {
        let header = HeaderBytes.ethernet(to: destination, from: senderMAC, type: 0x0806)
        let fixed: [UInt8] = [0, 1, 0x08, 0, 6, 4] + HeaderBytes.number(operation)
        return header + fixed + senderMAC.octets + HeaderBytes.number(sender) + targetMAC.octets + HeaderBytes.number(target)
    }
}
