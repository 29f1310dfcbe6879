import Dataplane
import Testing

extension PacketPath {
    /// The 39 bits of a VXLAN header that mean nothing: seven flags, 24 bits, 8 bits (RFC 7348 section 5).
    @Suite("Reserved bits")
    struct ReservedBitsTests {
        /// The header as a number of eight bytes, each bit by itself.
        static let reserved: [UInt64] = (0..<64).map { 1 << UInt64($0) }.filter { $0 & 0x0800_0000_FFFF_FF00 == 0 }

        /// Network blue with VTEP 1 over IPv4 and VTEP 2 over IPv6.
        private func withPolicy(_ bits: UInt64?, _ body: (Rig) throws -> Void) throws {
            try Rig.blue { rig in
                rig.makeTunnel(2, over: .ipv6)
                rig.tables.ports.setAcceptsZeroChecksum(rig.wan, true)
                rig.put(Blue.a, .port(2))
                if let bits { rig.tables.publishReservedBits(bits) }
                try body(rig)
            }
        }

        /// Packets with these bits set, over both families, with UDP checksum and without: whether all are taken, or none.
        private func areTaken(_ rig: Rig, _ bits: UInt64) throws -> Bool {
            var taken = 0
            for (family, tunnel) in [(Family.ipv4, 1), (.ipv6, 2)] {
                for udpChecksum in [nil, 0] as [UInt16?] {
                    var packet = rig.arriving(Blue.bToA, from: tunnel, over: family)
                    packet.flags |= UInt32(bits >> 32)
                    packet.reserved = UInt8(bits & 0xFF)
                    packet.udpChecksum = udpChecksum
                    let output = try rig.forward(packet)
                    if output == [rig.lan(2): [Blue.bToA]] {
                        taken += 1
                    } else {
                        #expect(output == [:])
                        rig.expectedDrops[.vxlanReserved, default: 0] += 1
                    }
                }
            }
            #expect(taken == 0 || taken == 4, "\(String(bits, radix: 16))")
            return taken == 4
        }

        @Test("By the RFC, and by default, none of them matters", arguments: [nil, 0] as [UInt64?])
        func rfc(policy: UInt64?) throws {
            #expect(ReservedBitsTests.reserved.count == 39)
            try withPolicy(policy) { rig in
                for bit in ReservedBitsTests.reserved { try #expect(areTaken(rig, bit)) }
                try #expect(areTaken(rig, ReservedBitsTests.reserved.reduce(0, |)))
            }
        }

        @Test("Strictly, each of them is refused, and a header without them is not")
        func strict() throws {
            try withPolicy(.max) { rig in
                for bit in ReservedBitsTests.reserved { try #expect(!areTaken(rig, bit)) }
                try #expect(areTaken(rig, 0))
            }
        }

        @Test("A mask refuses its own bits, and no others")
        func masks() throws {
            try withPolicy(nil) { rig in
                for (position, bit) in ReservedBitsTests.reserved.enumerated() {
                    rig.tables.publishReservedBits(bit)
                    let next = ReservedBitsTests.reserved[(position + 1) % 39]
                    try #expect(!areTaken(rig, bit) && areTaken(rig, next) && areTaken(rig, ~bit & 0xF7FF_FFFF_0000_00FF))
                    try #expect(!areTaken(rig, bit | next) && areTaken(rig, 0))
                }
                // The first 16 flags, as group policy and the generic protocol extension use them.
                rig.tables.publishReservedBits(0xFFFF_0000_0000_0000)
                for bit in ReservedBitsTests.reserved { try #expect(areTaken(rig, bit) == (bit < 1 << 48)) }
            }
        }

        @Test("I flag and VNI in a mask mean nothing")
        func meaningfulBits() throws {
            try withPolicy(0x0800_0000_FFFF_FF00) { rig in
                try #expect(areTaken(rig, 0) && areTaken(rig, 0xF7FF_FFFF_0000_00FF))
            }
        }

        @Test("A policy holds from the next burst on, and is taken back")
        func changes() throws {
            try withPolicy(.max) { rig in
                try #expect(!areTaken(rig, 1))
                rig.tables.publishReservedBits(0)
                try #expect(areTaken(rig, 1))
            }
        }
    }
}
