import PacketGenerator
import Testing

@Suite("Reports")
struct ReportTests {
    private func result(received: ReceiveCounters?) -> RunResult {
        var sent = TransmitCounters()
        sent.packets = 1000
        sent.bytes = 64_000
        sent.firstCycle = 1
        sent.lastCycle = 1 + 2_000_000_000
        return RunResult(directions: [
            DirectionResult(name: "encap", askedRate: 500, sent: sent, received: received, latency: nil, cyclesPerSecond: 2_000_000_000)
        ])
    }

    private var received: ReceiveCounters {
        var received = ReceiveCounters()
        received.packets = 990
        received.duplicates = 3
        received.misplaced = 2
        received.lastCycle = 1 + 2_000_000_000
        return received
    }

    @Test("Loss and rates follow from what is counted")
    func figures() throws {
        let direction = try #require(result(received: received).directions.first)
        #expect(direction.lost == 10 && direction.lossRatio == 0.01)
        #expect(direction.sentRate == 1000 && direction.receivedRate == 990)
        // 64 bytes, FCS, preamble and gap.
        #expect(direction.sentBitsPerSecond == 1000 * 88 * 8)
    }

    @Test("The JSON document has all its keys, with null where there is no value")
    func keys() throws {
        let json = try Report(result(received: nil)).json()
        let keys = [
            "directions", "duration_seconds", "interrupted", "search", "name", "tx_packets", "tx_bytes", "rx_packets", "lost", "loss_ratio",
            "duplicates", "reordered", "misplaced", "strays", "foreign", "asked_mpps", "tx_mpps", "rx_mpps", "tx_gbit_per_second",
            "tx_refusals", "tx_pool_empty", "longest_pause_ns", "latency_ns",
        ]
        for key in keys { #expect(json.contains("\"\(key)\" :")) }
        #expect(json.contains("\"rx_packets\" : null") && json.contains("\"search\" : null"))
    }

    @Test("A search is in the document under its goal's name")
    func searches() throws {
        let found = RateSearch.Found(rate: 2e6, trials: [TrialOutcome(rate: 3e6, lossRatio: 0.25)], isVerified: true)
        let json = try Report(result(received: received), searches: [("ndr", 0, found)]).json()
        for part in ["\"ndr\" : {", "\"mpps\" : 2", "\"verified\" : true", "\"loss_ratio\" : 0.25"] { #expect(json.contains(part)) }
    }

    @Test("The text says what should not be")
    func remarks() {
        let text = Report(result(received: received)).text
        #expect(text.contains("encap: 2 packets came out in another VLAN or VNI"))
        #expect(!text.contains("offered") && !text.contains("lost its core"))
    }

    @Test("A table's columns are aligned")
    func table() {
        let text = Text.table(["name", "n"], [["a", "1,234"], ["long name", "5"]])
        #expect(text == "name           n\na          1,234\nlong name      5\n")
        #expect(Text.count(1_234_567) == "1,234,567" && Text.count(12) == "12")
        #expect(Text.fixed(0.1 + 0.2, 2) == "0.30" && Text.fixed(-1.25, 1) == "-1.3")
        #expect(Text.percent(1e-6) == "<0.01" && Text.percent(0) == "0.00")
        #expect(Text.rate(1.5e6) == "1.500 Mpps" && Text.rate(97_300) == "97.3 kpps" && Text.rate(99) == "99 pps")
    }
}
