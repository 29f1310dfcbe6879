import BenchSupport
import Dataplane

/// Addresses of both families, many of them alike: neighbours, one bit apart, halves swapped, the same last 32 bits.
struct AddressSource {
    var random: SplitMix64

    mutating func next() -> UnderlayAddress {
        let low = UInt64(random.below(64))
        switch random.below(8) {
        case 0: return UnderlayAddress(ipv4: 0xC000_0200 + UInt32(low))
        case 1: return UnderlayAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
        case 2: return UnderlayAddress(high: 0x2001_0DB8 << 32, low: low)
        case 3: return UnderlayAddress(high: 0x2001_0DB8 << 32 | low, low: 0)
        case 4: return UnderlayAddress(high: low, low: 0x2001_0DB8 << 32)
        case 5: return UnderlayAddress(high: 0xFF05 << 48, low: low)
        // Just before the IPv4 addresses and behind them.
        case 6: return UnderlayAddress(high: UInt64(random.below(2)), low: 0xFFFE_C000_0200 + UInt64(random.below(3)) << 32 + low)
        default: return UnderlayAddress(high: random.next(), low: random.next())
        }
    }

    mutating func next(_ count: Int) -> [UnderlayAddress] { (0..<count).map { _ in next() } }

    /// The address with one bit changed.
    mutating func neighbour(of address: UnderlayAddress) -> UnderlayAddress {
        let bit = random.below(128)
        return UnderlayAddress(
            high: address.high ^ (bit < 64 ? 1 << UInt64(63 - bit) : 0), low: address.low ^ (bit < 64 ? 0 : 1 << UInt64(127 - bit)))
    }
}
