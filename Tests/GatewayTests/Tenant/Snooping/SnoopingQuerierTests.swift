import Dataplane
import Gateway
import Testing

@Suite("Multicast snooping: queriers and routers")
struct SnoopingQuerierTests {
    private static let lan0 = SnoopingBench.lan0, lan1 = SnoopingBench.lan1, one = SnoopingBench.one, two = SnoopingBench.two
    private static let all = SnoopingBench.all
    private static let report = HeardReports.igmpv2("239.1.1.1")

    private static func query(from source: String, code: UInt8 = 100, interval: UInt8 = 125) -> [UInt8] {
        HeardMembership.igmp([0x11, code, 0, 0, 0, 0, 0, 0, 2, interval, 0, 0], from: source)
    }

    @Test("Without a querier everything is flooded, members or not")
    func noQuerier() {
        var bench = SnoopingBench()
        bench.hear(Self.report, at: Self.lan1)
        bench.run(.seconds(20))
        #expect(bench.reach("239.1.1.1") == Self.all && bench.reach("239.9.9.9") == Self.all && bench.reachOfReports() == Self.all)
        #expect(!bench.status().isFiltering && bench.status().groups.count == 1)
    }

    @Test("The first query changes nothing before its answers have come; those from before count")
    func firstQuery() {
        var bench = SnoopingBench()
        bench.hear(Self.report, at: Self.lan1)
        #expect(bench.hear(HeardMembership.igmpv3(code: 50)) == .querierFound(SnoopingBench.blue, .igmpv3, Underlay.gateway, Self.lan0))
        bench.run(.seconds(5))
        #expect(bench.reach("239.1.1.1") == Self.all)
        bench.run(.milliseconds(300))
        #expect(bench.reach("239.1.1.1") == [Self.lan0, Self.lan1] && bench.reach("239.9.9.9") == [Self.lan0])
        #expect(bench.hear(HeardMembership.igmpv3()) == nil)
    }

    @Test("A question about one group is no answer to what is unknown of the others")
    func groupQueryOnly() {
        var bench = SnoopingBench()
        bench.hear(HeardMembership.igmpv3("239.1.1.1", code: 10))
        bench.run(.seconds(20))
        #expect(bench.reach("239.9.9.9") == Self.all)
    }

    @Test("A querier that is silent for its present interval is gone: everything is flooded until the next one's query is answered")
    func querierLost() {
        var bench = SnoopingBench.asked()
        bench.hear(Self.report, at: Self.lan1)
        let events = bench.run(.seconds(243))
        #expect(events.isEmpty && bench.reach("239.9.9.9") == [Self.lan0])
        #expect(Set(bench.run(.seconds(2)).map { "\($0)" }).count == 2, "both protocols are told of")
        #expect(bench.reach("239.1.1.1") == Self.all && bench.reach("239.9.9.9") == Self.all && bench.reach("ff05::1") == Self.all)
        #expect(bench.status().querier == nil && bench.status().routers.isEmpty)
        bench.ask(at: Self.two)
        #expect(bench.reach("239.9.9.9") == Self.all)
        bench.run(.seconds(11))
        #expect(bench.reach("239.9.9.9") == [Self.two])
    }

    @Test("IPv4 and IPv6 have queriers of their own")
    func families() {
        var bench = SnoopingBench()
        bench.hear(HeardMembership.mldv2())
        bench.run(.seconds(11))
        #expect(bench.reach("ff05::1") == [Self.lan0] && bench.reach("239.1.1.1") == Self.all)
    }

    @Test("A query from 0.0.0.0 is a switch's: it makes no router and no querier (RFC 4541 section 2.1.1)")
    func proxyQuery() {
        var bench = SnoopingBench()
        bench.hear(Self.query(from: "0.0.0.0"))
        bench.run(.seconds(11))
        #expect(bench.reach("239.1.1.1") == Self.all && bench.status().routers.isEmpty && bench.status().querier == nil)
    }

    @Test("Of several queriers the one with the lowest address counts, and routers are behind each")
    func election() {
        var bench = SnoopingBench()
        bench.hear(Self.query(from: "192.0.2.7", interval: 60), at: Self.lan0)
        bench.hear(Self.query(from: "192.0.2.9"), at: Self.one)
        #expect(bench.status().querier?.address == Underlay.address("192.0.2.7"))
        bench.hear(Self.query(from: "192.0.2.5"), at: Self.lan1)
        #expect(bench.status().querier?.address == Underlay.address("192.0.2.5"))
        #expect(bench.status().routers.map(\.place) == [Self.lan0, Self.lan1, Self.one])
        bench.run(.seconds(11))
        #expect(bench.reach("239.9.9.9") == [Self.lan0, Self.lan1, Self.one])
        // 2 x 60 + 5 s: the time of the one that said so.
        bench.run(.seconds(115))
        #expect(bench.status().routers.map(\.place) == [Self.lan1, Self.one])
    }

    @Test("Reports for a router behind a VTEP go to all VTEPs, those that hosts listen to only to the router's")
    func reportsOverTunnels() {
        var bench = SnoopingBench()
        bench.ask(at: Self.one)
        bench.run(.seconds(11))
        #expect(bench.reachOfReports() == [Self.one, Self.two] && bench.reachOfReports(isIPv4: false) == [Self.one, Self.two])
        #expect(bench.reach("239.9.9.9") == [Self.one])
        #expect(SnoopingBench.asked().reachOfReports() == [Self.lan0])
    }

    @Test("A PIM router gets everything for its hold time, and is no querier", arguments: [HeardReports.pimHello, HeardReports.pimHello6])
    func pimRouter(hello: [UInt8]) {
        var bench = SnoopingBench()
        bench.hear(hello, at: Self.two)
        bench.run(.seconds(1))
        let group = hello[12] == 0x08 ? "239.1.1.1" : "ff05::1"
        #expect(bench.reach(group) == Self.all)
        bench.ask()
        bench.run(.seconds(28))
        #expect(bench.reach(group) == [Self.lan0, Self.two])
        bench.run(.seconds(2))
        #expect(bench.reach(group) == [Self.lan0])
        #expect(bench.snooping.counters.hellos == 1)
    }
}
