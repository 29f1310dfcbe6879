import Dataplane
import Foundation
import Gateway
import Management
import ServiceLifecycle

/// A gateway that answers with fixed data and remembers what it was told: these tests are about the API, not about forwarding.
actor FixedGateway: RunnableGateway {
    var added: [MACAddition] = []
    var deleted: [String] = []
    var flushed: [MACFilter] = []
    var reloadCount = 0
    var stopCount = 0
    var isUntouched: Bool { added.isEmpty && deleted.isEmpty && flushed.isEmpty }
    /// Thrown by every call that can throw.
    let failure: GatewayError?
    /// Time that ``ports()`` takes.
    let delay: Duration

    init(failure: GatewayError? = nil, delay: Duration = .zero) {
        self.failure = failure
        self.delay = delay
    }

    func run() async throws { try? await gracefulShutdown() }

    func stop() async -> GatewayTotals {
        stopCount += 1
        return await summary().totals
    }

    func summary() async -> GatewaySummary { decode(Golden.summary) }
    func ports() async -> [PortStatus] {
        try? await Task.sleep(for: delay)
        return decode(Golden.ports, as: PortsDocument.self).ports
    }
    func networks() async -> [NetworkStatus] { decode(Golden.networks, as: NetworksDocument.self).networks }
    func tunnels() async -> [TunnelStatus] { decode(Golden.tunnels, as: TunnelsDocument.self).tunnels }
    func limits() async -> [LimitStatus] { decode(Golden.limits, as: LimitsDocument.self).limits }
    func groups() async -> [GroupStatus] { decode(Golden.groups, as: GroupsDocument.self).groups }
    func neighbors(network: String?) async throws(GatewayError) -> [NeighborStatus] {
        try failIfTold()
        return decode(Golden.neighbors, as: NeighborsDocument.self).neighbors.filter { network == nil || $0.network == network }
    }
    func multicast() async -> [MulticastStatus] { decode(Golden.multicast, as: MulticastDocument.self).multicast }
    func drops() async -> [DropStatus] { decode(Golden.drops, as: DropsDocument.self).drops }
    func workers() async -> [WorkerStatus] { decode(Golden.workers, as: WorkersDocument.self).workers }

    func macs(_ filter: MACFilter, from cursor: Int?, limit: Int) async throws(GatewayError) -> MACPage {
        try failIfTold()
        var page = decode(Golden.macs, as: MACPage.self)
        page.macs = page.macs.filter { filter.matches($0) }
        page.total = page.macs.count
        return page
    }

    func addMAC(_ addition: MACAddition) async throws(GatewayError) {
        try failIfTold()
        added.append(addition)
    }

    func deleteMAC(network: String, mac: MACAddress) async throws(GatewayError) {
        try failIfTold()
        deleted.append("\(network) \(mac)")
    }

    func flushMACs(_ filter: MACFilter) async throws(GatewayError) -> Int {
        try failIfTold()
        flushed.append(filter)
        return 7
    }

    func reload() async throws(GatewayError) -> ReloadReport {
        try failIfTold()
        reloadCount += 1
        return decode(Golden.reload)
    }

    private func failIfTold() throws(GatewayError) {
        if let failure { throw failure }
    }
}

extension MACFilter {
    func matches(_ entry: MACStatus) -> Bool {
        (network == nil || network == entry.network) && (port == nil || port == entry.port)
            && (remote == nil || remote == entry.remote) && (mac == nil || mac == entry.mac)
            && (origin == nil || origin == entry.origin)
    }
}

/// Golden documents are right, or nothing here is.
func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) -> Value {
    try! JSONDecoder().decode(Value.self, from: Data(text.utf8))
}

/// The same document with sorted keys and no white space.
func canonical(_ document: Data) throws -> String {
    let value = try JSONSerialization.jsonObject(with: document)
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
}

func canonical(_ text: String) throws -> String { try canonical(Data(text.utf8)) }
