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
        let length = prefixLength + (address.isIPv4 ? 96 : 0)
        let highMask: UInt64 = length >= 64 ? .max : (length == 0 ? 0 : .max << (64 - UInt64(length)))
        let lowMask: UInt64 = length <= 64 ? 0 : .max << (128 - UInt64(length))
        return (address.high ^ other.high) & highMask == 0 && (address.low ^ other.low) & lowMask == 0
    }
}

extension InterfaceAddress: CustomStringConvertible {
    package var description: String { "\(address)/\(prefixLength)" }
}
