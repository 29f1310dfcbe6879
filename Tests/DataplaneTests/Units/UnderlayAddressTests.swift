import Dataplane
import Testing

@Suite("Underlay addresses")
struct UnderlayAddressTests {
    @Test("An address is the same in numbers, in bytes and as it lies in a packet")
    func representations() {
        let ipv6 = UnderlayAddress(high: 0x2001_0DB8_0001_0002, low: 0x0003_0004_0005_0006)
        #expect(withUnsafeBytes(of: ipv6) { Bytes($0) } == Bytes(hex: "20010db8000100020003000400050006"))
        #expect(ipv6.high == 0x2001_0DB8_0001_0002 && ipv6.low == 0x0003_0004_0005_0006)
        #expect(!ipv6.isIPv4 && ipv6.ipv4 == nil)
        let ipv4 = UnderlayAddress(ipv4: 0xC000_0201)
        #expect(withUnsafeBytes(of: ipv4) { Bytes($0) } == Bytes(hex: "00000000000000000000ffffc0000201"))
        #expect(ipv4.isIPv4 && ipv4.ipv4 == 0xC000_0201 && ipv4 == UnderlayAddress(high: 0, low: 0xFFFF_C000_0201))
        #expect(!UnderlayAddress.none.isIPv4 && !UnderlayAddress(high: 1, low: 0xFFFF_C000_0201).isIPv4)
    }
}
