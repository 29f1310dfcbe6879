/// An address together with the prefix length of its subnet: `192.0.2.1/24`.
package struct InterfaceAddress: Hashable, Sendable {
    package let address: IPAddress
    package let prefixLength: Int

    package init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.bitWidth).contains(prefixLength) else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Reads `192.0.2.1/24`; a prefix length is required.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), parts[1].allSatisfy(\.isNumber),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    /// Whether `other` is in the subnet of this address.
    package func contains(_ other: IPAddress) -> Bool {
        guard other.isIPv4 == address.isIPv4 else { return false }
        let mask = mask
        return (address.high ^ other.high) & mask.high == 0 && (address.low ^ other.low) & mask.low == 0
    }

    /// The lowest address of the subnet, with the same prefix length: what a route or a filter is written with.
    package var prefix: InterfaceAddress {
        let mask = mask
        return InterfaceAddress(lowest: IPAddress(high: address.high & mask.high, low: address.low & mask.low), prefixLength: prefixLength)
    }

    private init(lowest: IPAddress, prefixLength: Int) {
        address = lowest
        self.prefixLength = prefixLength
    }

    /// Ones where the subnet's addresses agree, in the 128 bits of ``IPAddress``.
    private var mask: (high: UInt64, low: UInt64) {
        let length = prefixLength + (address.isIPv4 ? 96 : 0)
        let high: UInt64 = length >= 64 ? .max : (length == 0 ? 0 : .max << (64 - UInt64(length)))
        return (high, length <= 64 ? 0 : .max << (128 - UInt64(length)))
    }
}

extension InterfaceAddress: CustomStringConvertible {
    package var description: String { "\(address)/\(prefixLength)" }
}
