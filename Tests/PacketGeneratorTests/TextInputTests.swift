import PacketGenerator
import Testing

@Suite("Sizes and rates as text")
struct TextInputTests {
    @Test("A size, a list with weights and IMIX are read")
    func sizes() throws {
        #expect(try FrameSizes("64").shares == [.init(size: 64, weight: 1)])
        #expect(try FrameSizes("64:7,1518").shares == [.init(size: 64, weight: 7), .init(size: 1518, weight: 1)])
        #expect(try FrameSizes("IMIX") == FrameSizes.imix)
        #expect(abs(FrameSizes.imix.average - 361.83) < 0.01)
        #expect(try FrameSizes("9000").largest == 9000)
    }

    @Test("What is no size is refused", arguments: ["", "63", "9217", "64:", "64:0", "64:1:1", "64,,128", "abc", "64:1001", "-64"])
    func badSizes(_ text: String) {
        #expect(throws: GeneratorError.self) { try FrameSizes(text) }
    }

    @Test("A schedule has each size exactly as often as its weight says")
    func schedule() {
        let schedule = FrameSizes.imix.schedule(seed: 3)
        let counts = [64, 594, 1518].map { size in schedule.count { $0 == size } }
        #expect(counts == [7, 4, 1].map { $0 * (1024 / 12) })
        #expect(schedule == FrameSizes.imix.schedule(seed: 3) && schedule != FrameSizes.imix.schedule(seed: 4))
    }

    @Test("Rates are read in every unit")
    func rates() throws {
        #expect(try Rate("1.5Mpps") == .packetsPerSecond(1.5e6))
        #expect(try Rate("800 kpps") == .packetsPerSecond(8e5))
        #expect(try Rate("100pps") == .packetsPerSecond(100))
        #expect(try Rate("40%") == .linkShare(0.4))
        #expect(try Rate("2.5Gbit/s") == .bitsPerSecond(2.5e9))
        #expect(try Rate("max") == .unlimited)
    }

    @Test("What is no rate is refused", arguments: ["", "10", "0pps", "-1pps", "101%", "1Tbit", "pps", "1.2.3Mpps", "infMpps"])
    func badRates(_ text: String) {
        #expect(throws: GeneratorError.self) { try Rate(text) }
    }

    @Test("A full 10 Gbit/s link carries 14.88 million of the smallest frames a second")
    func lineRate() throws {
        let rate = try Rate("100%").packetsPerSecond(wireBytes: 64, linkMegabits: 10_000, device: "x")
        #expect(abs(try #require(rate) - 14_880_952) < 1)
        // With a tag, or in a tunnel.
        #expect(FrameLayout.tagged.wireBytes(try FrameSizes("64")) == 68)
        let inner = try Rate("10Gbit").packetsPerSecond(
            wireBytes: FrameLayout.vxlan.wireBytes(try FrameSizes("64")), linkMegabits: 0, device: "x")
        #expect(abs(try #require(inner) - 9_328_358) < 1)
    }

    @Test("A share of a link of unknown speed is refused, not guessed")
    func unknownSpeed() {
        #expect(throws: GeneratorError.self) { try Rate("10%").packetsPerSecond(wireBytes: 64, linkMegabits: 0, device: "x") }
    }
}
