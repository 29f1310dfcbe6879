import Dataplane
import Gateway
import Testing

@Suite("Lines of the log that could be many")
struct NoticeLimiterTests {
    private func violation(_ network: Int, port: UInt16 = 0) -> NoticeLimiter.Matter {
        .violation(.macLocked, NetworkIndex(UInt16(network)), .local(port: PortIndex(port), vlan: nil))
    }

    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(.milliseconds(Int(seconds * 1000))) }

    @Test("A matter is told at once, and then once in a minute; others are others")
    func once() {
        var limiter = NoticeLimiter()
        let blue = NoticeLimiter.Matter.networkLimit(NetworkIndex(1)),
            red = NoticeLimiter.Matter.networkLimit(NetworkIndex(2))
        let told = (0..<180).filter { limiter.mayTell(blue, time(Double($0))) }
        #expect(told == [0, 60, 120] && limiter.keptBack == 177)
        let others = [red, violation(1, port: 0), violation(1, port: 1), .portLimit(PortIndex(1)), .table].map {
            limiter.mayTell($0, time(180))
        }
        #expect(others == [true, true, true, true, true])
    }

    @Test("Ten lines pass in a second, whatever they are about")
    func perSecond() {
        var limiter = NoticeLimiter()
        let held = (0..<100).filter { limiter.mayTell(.held, time(Double($0) / 100)) }
        let table = [0.99, 1].map { limiter.mayTell(.table, time($0)) }
        #expect(held == Array(0..<10) && table == [false, true])
        let networks = (0..<100).filter { limiter.mayTell(violation($0), time(1.5)) }
        #expect(networks == Array(0..<9))
    }

    @Test("It remembers so many matters at most, and forgets those that are long ago")
    func bounded() {
        var limiter = NoticeLimiter()
        for number in 0..<5000 { _ = limiter.mayTell(violation(number), time(Double(number) / 100)) }
        let isTold = limiter.mayTell(violation(60_000), time(200))
        #expect(isTold)
    }
}
