import Dataplane
import Foundation
import Gateway
import Management
import Testing

/// A table of a million entries that exist only while they are asked for. A cursor is the number of the next entry.
private struct LargeTable: GatewayControl {
    static let count = 1_000_000
    let template = decode(Golden.macs, as: MACPage.self).macs[0]

    func macs(_ filter: MACFilter, from cursor: Int?, limit: Int) async throws(GatewayError) -> MACPage {
        let first = cursor ?? 0
        let end = min(first + limit, LargeTable.count)
        let macs = (first..<end).map { number in
            var entry = template
            entry.mac = MACAddress(bits: UInt64(number) << 8 | 2)
            return entry
        }
        return MACPage(macs: macs, total: cursor == nil ? LargeTable.count : nil, next: end < LargeTable.count ? end : nil)
    }

    func summary() async -> GatewaySummary { decode(Golden.summary) }
    func ports() async -> [PortStatus] { [] }
    func networks() async -> [NetworkStatus] { [] }
    func tunnels() async -> [TunnelStatus] { [] }
    func neighbors(network: String?) async throws(GatewayError) -> [NeighborStatus] { [] }
    func limits() async -> [LimitStatus] { [] }
    func groups() async -> [GroupStatus] { [] }
    func multicast() async -> [MulticastStatus] { [] }
    func drops() async -> [DropStatus] { [] }
    func workers() async -> [WorkerStatus] { [] }
    func addMAC(_ addition: MACAddition) async throws(GatewayError) {}
    func deleteMAC(network: String, mac: MACAddress) async throws(GatewayError) {}
    func flushMACs(_ filter: MACFilter) async throws(GatewayError) -> Int { 0 }
    func reload() async throws(GatewayError) -> ReloadReport { ReloadReport(steps: []) }
}

@Suite struct MACPagingTests {
    @Test func `an answer about a million MACs has a thousand of them and the total`() async throws {
        try await withServer(LargeTable()) { client in
            let (status, body) = try await client.exchange("GET", "/v1/macs")
            let page = try JSONDecoder().decode(MACPage.self, from: body)
            #expect(status == 200)
            #expect(page.macs.count == 1000)
            #expect(page.total == 1_000_000)
            #expect(page.next == 1000)
            #expect(body.count < 200_000)
        }
    }

    @Test func `the largest page is two megabytes and the last one has no next`() async throws {
        try await withServer(LargeTable()) { client in
            let (_, body) = try await client.exchange("GET", "/v1/macs?limit=10000&cursor=990000")
            let page = try JSONDecoder().decode(MACPage.self, from: body)
            #expect(page.macs.count == 10_000)
            #expect(page.next == nil)
            #expect(page.total == nil)
            #expect(body.count < 2_000_000)
        }
    }

    @Test func `pages follow one another without gap or overlap`() async throws {
        try await withServer(LargeTable()) { client in
            var cursor: Int? = 980_000
            var seen: [MACAddress] = []
            while let from = cursor {
                let page = try await client.macs(from: from, limit: 7001)
                seen += page.macs.map(\.mac)
                cursor = page.next
            }
            #expect(seen == (980_000..<1_000_000).map { MACAddress(bits: UInt64($0) << 8 | 2) })
        }
    }

    @Test func `a table for people tells how many entries it left out`() async throws {
        try await withServer(LargeTable()) { client in
            var text = MACTableText()
            let page = try await client.macs(limit: 100)
            #expect(text.render(page).split(separator: "\n").count == 101)
            #expect(text.closing() == "999,900 more of 1,000,000; use --limit N or --all, or filter\n")
        }
    }
}
