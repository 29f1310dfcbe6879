import Gateway
import Hummingbird

/// The query of `GET /v1/neighbors`: `network` narrows it to the hosts of one. Whatever else is in it is an error.
struct NeighborQuery {
    var network: String?

    init(_ request: Request) throws(GatewayError) {
        for (key, value) in request.uri.queryParameters {
            guard key == "network" else { throw .invalid("unknown query key '\(key)'", advice: "use network") }
            network = String(value)
        }
    }
}
