import Dataplane
import Gateway
import Hummingbird

/// The query of `GET /v1/macs`: `network`, `port`, `remote`, `mac`, `origin` filter; `limit` and `cursor` page. Whatever else is in
/// it is an error: a misspelt filter would otherwise give the whole table.
struct MACQuery {
    var filter = MACFilter()
    var limit = APILimits.macsDefault
    var cursor: Int?

    init(_ request: Request) throws(GatewayError) {
        for (key, value) in request.uri.queryParameters {
            try read(String(key), String(value))
        }
    }

    /// The query of `DELETE /v1/macs`: `network` and `mac`, both required.
    static func entry(_ request: Request) throws(GatewayError) -> (network: String, mac: MACAddress) {
        let query = try MACQuery(request)
        guard let network = query.filter.network, let mac = query.filter.mac, request.uri.queryParameters.count == 2 else {
            throw .invalid("'network' and 'mac' say which entry to delete", advice: "give both and nothing else")
        }
        return (network, mac)
    }

    private mutating func read(_ key: String, _ value: String) throws(GatewayError) {
        switch key {
        case "network": filter.network = value
        case "port": filter.port = value
        case "remote": filter.remote = try check(IPAddress(value), key, value, "give an IP address like 192.0.2.1")
        case "mac": filter.mac = try check(MACAddress(value), key, value, "write it as 02:00:00:00:00:01")
        case "origin": filter.origin = try check(MACOrigin(name: value), key, value, "use static, control or learned")
        case "limit": limit = try number(key, value, in: 1...APILimits.macsMax)
        case "cursor": cursor = try number(key, value, in: 0...Int.max)
        default:
            throw .invalid("unknown query key '\(key)'", advice: "use network, port, remote, mac, origin, limit, cursor")
        }
    }

    private func number(_ key: String, _ value: String, in range: ClosedRange<Int>) throws(GatewayError) -> Int {
        try check(
            Int(value).flatMap { range.contains($0) ? $0 : nil }, key, value,
            "use a number from \(range.lowerBound) to \(range.upperBound)")
    }

    private func check<Value>(
        _ result: Value?, _ key: String, _ value: String, _ advice: String
    ) throws(GatewayError) -> Value {
        guard let result else { throw .invalid("\(key): '\(value)' is not possible", advice: advice) }
        return result
    }
}
