import Dataplane

// Reading and writing header fields in network order. Offsets are in bytes from the start; whoever calls has checked that the
// field lies inside.
extension [UInt8] {
    func readUInt16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    func readUInt32(at offset: Int) -> UInt32 {
        UInt32(readUInt16(at: offset)) << 16 | UInt32(readUInt16(at: offset + 2))
    }

    func readUInt64(at offset: Int) -> UInt64 {
        UInt64(readUInt32(at: offset)) << 32 | UInt64(readUInt32(at: offset + 4))
    }

    func readMAC(at offset: Int) -> MACAddress {
        MACAddress(
            self[offset], self[offset + 1], self[offset + 2], self[offset + 3], self[offset + 4], self[offset + 5])
    }

    func readIPv4(at offset: Int) -> IPAddress { IPAddress(ipv4: readUInt32(at: offset)) }

    func readIPv6(at offset: Int) -> IPAddress {
        IPAddress(high: readUInt64(at: offset), low: readUInt64(at: offset + 8))
    }

    mutating func write(_ value: UInt16, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    mutating func write(_ value: UInt32, at offset: Int) {
        write(UInt16(truncatingIfNeeded: value >> 16), at: offset)
        write(UInt16(truncatingIfNeeded: value), at: offset + 2)
    }

    mutating func write(_ value: UInt64, at offset: Int) {
        write(UInt32(truncatingIfNeeded: value >> 32), at: offset)
        write(UInt32(truncatingIfNeeded: value), at: offset + 4)
    }

    mutating func write(_ mac: MACAddress, at offset: Int) {
        for (position, octet) in mac.octets.enumerated() { self[offset + position] = octet }
    }

    /// Writes the low 32 bits, which are the whole of an IPv4 address.
    mutating func write(ipv4 address: IPAddress, at offset: Int) {
        write(UInt32(truncatingIfNeeded: address.low), at: offset)
    }
    mutating func write(ipv6 address: IPAddress, at offset: Int) {
        write(address.high, at: offset)
        write(address.low, at: offset + 8)
    }
}
