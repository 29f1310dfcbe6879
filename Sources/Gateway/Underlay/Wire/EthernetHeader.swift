import Dataplane

/// The 14 bytes in front of every frame: destination, source, EtherType.
package struct EthernetHeader: Equatable, Sendable {
    package static let byteCount = 14
    /// Shortest frame on a wire without its check sequence (IEEE 802.3 section 4.2.3.3); shorter ones are padded with zeros.
    package static let frameByteCountMin = 60

    package static let typeIPv4: UInt16 = 0x0800
    package static let typeARP: UInt16 = 0x0806
    package static let typeIPv6: UInt16 = 0x86DD

    package let destination: MACAddress
    package let source: MACAddress
    package let etherType: UInt16

    package init(destination: MACAddress, source: MACAddress, etherType: UInt16) {
        self.destination = destination
        self.source = source
        self.etherType = etherType
    }

    /// - Throws: ``PuntDropReason/frameShort``.
    package init(frame: [UInt8]) throws(PuntDropReason) {
        guard frame.count >= EthernetHeader.byteCount else { throw .frameShort }
        destination = frame.readMAC(at: 0)
        source = frame.readMAC(at: 6)
        etherType = frame.readUInt16(at: 12)
    }

    /// Writes the header over the first 14 bytes of `frame`.
    func write(to frame: inout [UInt8]) {
        frame.write(destination, at: 0)
        frame.write(source, at: 6)
        frame.write(etherType, at: 12)
    }
}
