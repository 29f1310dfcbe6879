import Dataplane
import Gateway
import Testing

@Suite("MACs that move too often")
struct MoveWatchTests {
    private let key = MACKey(network: NetworkIndex(1), mac: MACAddress(2, 0, 0, 0, 0, 1))
    private let a = Destination.local(port: PortIndex(0), vlan: VLANID(100))
    private let b = Destination.local(port: PortIndex(1), vlan: nil)
    private let c = Destination.tunnel(TunnelIndex(3))
    private let limit = Configuration.MoveGuard(maximum: 5, window: 180, hold: 60)

    private func second(_ number: Int) -> MonotonicTime { MonotonicTime(.seconds(number)) }

    /// Moves to and fro, a second apart; the verdicts.
    private func flap(_ watch: inout MoveWatch, _ key: MACKey? = nil, count: Int, from start: Int = 0, every seconds: Int = 1) -> [MoveWatch
        .Frozen]
    {
        (0..<count).compactMap { number in
            watch.moved(
                key ?? self.key, from: number % 2 == 0 ? a : b, to: number % 2 == 0 ? b : a, now: second(start + number * seconds),
                limit: limit)
        }
    }

    @Test("The fifth move within the window is one too many: the MAC is held where it was first")
    func standard() {
        var watch = MoveWatch()
        #expect(flap(&watch, count: 4).isEmpty)
        let held = watch.moved(key, from: a, to: c, now: second(100), limit: limit)
        #expect(held == MoveWatch.Frozen(key: key, home: a, places: [a, b, c], moves: 5, until: second(160)))
        #expect(watch.frozen[key] == held)
        #expect(watch.moved(key, from: a, to: b, now: second(101), limit: limit) == nil, "it is held already")
    }

    @Test("No more MACs of a network are held than it has room for; what cannot be held is counted, and held once there is room")
    func room() {
        var watch = MoveWatch()
        let others = (1...4).map { MACKey(network: NetworkIndex(1), mac: MACAddress(2, 0, 0, 0, 1, UInt8($0))) }
        func moves(_ key: MACKey, at times: [Int]) -> [Bool] {
            times.map { watch.moved(key, from: a, to: b, now: second($0), limit: limit, room: 2) != nil }
        }
        let held = others.map { moves($0, at: [0, 1, 2, 3, 4]).contains(true) }
        #expect(held == [true, true, false, false] && watch.unwatched == 2)
        let refused = moves(others[2], at: Array(repeating: 10, count: 1000))
        #expect(!refused.contains(true) && watch.unwatched == 1002)
        let elsewhere = moves(MACKey(network: NetworkIndex(2), mac: others[0].mac), at: [0, 1, 2, 3, 4])
        #expect(elsewhere == [false, false, false, false, true])
        watch.forget { $0 == others[0] }
        let next = moves(others[2], at: [11]) + moves(others[3], at: [11])
        #expect(next == [true, false])
        let thawed = watch.tick(now: second(80), longestWindow: 180).count
        let last = moves(others[3], at: [81])
        #expect(thawed == 3 && last == [true])
    }

    @Test("Moves that are long ago do not count")
    func window() {
        var watch = MoveWatch()
        #expect(flap(&watch, count: 40, every: 46).isEmpty)
        #expect(flap(&watch, count: 40, from: 10_000, every: 45).count == 1)
    }

    @Test("After its time it may move again, and is counted afresh")
    func recovery() {
        var watch = MoveWatch()
        #expect(flap(&watch, count: 5).count == 1)
        #expect(watch.tick(now: second(63), longestWindow: 180).isEmpty)
        #expect(watch.tick(now: second(64), longestWindow: 180).map(\.key) == [key])
        #expect(watch.frozen.isEmpty && flap(&watch, count: 4, from: 65).isEmpty && flap(&watch, count: 1, from: 70).count == 1)
    }

    @Test("Without a limit nothing is held; each MAC and each network counts for itself")
    func scope() {
        var watch = MoveWatch()
        for number in 0..<100 {
            #expect(watch.moved(key, from: a, to: b, now: second(number), limit: .init(maximum: 0, window: 180, hold: 60)) == nil)
        }
        let others = (2...5).map { MACKey(network: NetworkIndex(UInt16($0)), mac: key.mac) }
        for other in others { #expect(flap(&watch, other, count: 4).isEmpty) }
        #expect(watch.moved(others[0], from: a, to: b, now: second(5), limit: limit) != nil)
    }

    @Test("What is forgotten is held no more")
    func forgetting() {
        var watch = MoveWatch()
        let other = MACKey(network: NetworkIndex(2), mac: key.mac)
        #expect(flap(&watch, count: 5).count == 1 && flap(&watch, other, count: 4).isEmpty)
        watch.forget { $0.network == NetworkIndex(1) }
        #expect(watch.frozen.isEmpty && flap(&watch, other, count: 1, from: 5).count == 1)
    }

    @Test("There is room for so many; the rest moves unwatched, and is counted; quiet ones make room")
    func capacity() {
        var watch = MoveWatch()
        func key(_ number: Int) -> MACKey { MACKey(network: NetworkIndex(1), mac: MACAddress(bits: UInt64(number) << 8 | 2)) }
        for number in 0..<MoveWatch.capacity + 10 { _ = watch.moved(key(number), from: a, to: b, now: second(1), limit: limit) }
        #expect(watch.unwatched == 10)
        #expect(watch.tick(now: second(182), longestWindow: 180).isEmpty)
        #expect(flap(&watch, key(MoveWatch.capacity + 1), count: 5, from: 182).count == 1 && watch.unwatched == 10)
    }
}
