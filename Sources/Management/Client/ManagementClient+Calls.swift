import Dataplane
import Foundation
import Gateway

// One function for each route.

extension ManagementClient {
    package func summary() async throws(ManagementError) -> GatewaySummary { try await get("summary") }
    package func ports() async throws(ManagementError) -> PortsDocument { try await get("ports") }
    package func networks() async throws(ManagementError) -> NetworksDocument { try await get("networks") }
    package func tunnels() async throws(ManagementError) -> TunnelsDocument { try await get("tunnels") }
    package func limits() async throws(ManagementError) -> LimitsDocument { try await get("limits") }
    package func groups() async throws(ManagementError) -> GroupsDocument { try await get("groups") }
    package func neighbors(network: String? = nil) async throws(ManagementError) -> NeighborsDocument {
        try await get("neighbors", network.map { [("network", $0)] } ?? [])
    }
    package func multicast() async throws(ManagementError) -> MulticastDocument { try await get("multicast") }
    package func drops() async throws(ManagementError) -> DropsDocument { try await get("drops") }
    package func workers() async throws(ManagementError) -> WorkersDocument { try await get("workers") }

    /// One page; `limit` is at most ``APILimits/macsMax``.
    package func macs(
        _ filter: MACFilter = MACFilter(), from cursor: Int? = nil, limit: Int = APILimits.macsDefault
    ) async throws(ManagementError) -> MACPage {
        var query = filter.query
        query.append(("limit", String(limit)))
        if let cursor { query.append(("cursor", String(cursor))) }
        return try await get("macs", query)
    }

    package func addMAC(_ addition: MACAddition) async throws(ManagementError) {
        let _: MACAddition = try await post("macs", addition)
    }

    package func deleteMAC(network: String, mac: MACAddress) async throws(ManagementError) -> DeletedDocument {
        try await send(Call(method: "DELETE", uri: uri("macs", MACFilter(network: network, mac: mac).query)))
    }

    /// How many entries there were.
    package func flushMACs(_ filter: MACFilter) async throws(ManagementError) -> DeletedDocument {
        try await post("macs/flush", filter)
    }

    /// May take as long as opening ports takes.
    package func reload() async throws(ManagementError) -> ReloadReport {
        try await send(Call(method: "POST", uri: uri("reload"), timeoutSeconds: max(timeoutSeconds, 60)))
    }

    private func get<Answer: Decodable>(
        _ route: String, _ query: [(String, String)] = []
    ) async throws(ManagementError) -> Answer {
        try await send(Call(uri: uri(route, query)))
    }

    private func post<Answer: Decodable>(_ route: String, _ value: some Encodable) async throws(ManagementError) -> Answer {
        let body: Data
        do {
            body = try JSON.makeEncoder().encode(value)
        } catch {
            throw .unexpectedAnswer(path: path, reason: "\(error)")
        }
        return try await send(Call(method: "POST", uri: uri(route), body: body))
    }

    private func uri(_ route: String, _ query: [(String, String)] = []) -> String {
        let pairs = query.map { "\($0)=\($1.percentEncoded)" }
        return "/v1/" + route + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}

extension MACFilter {
    fileprivate var query: [(String, String)] {
        [
            ("network", network), ("port", port), ("remote", remote?.description), ("mac", mac?.description),
            ("origin", origin?.name),
        ].compactMap { key, value in value.map { (key, $0) } }
    }
}

extension String {
    /// As a value in a query: everything but letters, digits and `-._~` is escaped (RFC 3986 2.3).
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
