import Dataplane
import Gateway
import Hummingbird

/// The routes of the local API, version 1. Each one asks ``GatewayControl`` and answers with one document.
struct Routes: Sendable {
    let gateway: any GatewayControl

    func makeRouter() -> Router<ManagementContext> {
        let router = Router(context: ManagementContext.self)
        router.add(middleware: ErrorMiddleware())
        let version1 = router.group("v1")
        addStatus(to: version1)
        addMACs(to: version1)
        version1.post("reload") { _, _ in try await gateway.reload() }
        return router
    }

    private func addStatus(to group: RouterGroup<ManagementContext>) {
        group.get("summary") { _, _ in await gateway.summary() }
        group.get("ports") { _, _ in PortsDocument(ports: await gateway.ports()) }
        group.get("networks") { _, _ in NetworksDocument(networks: await gateway.networks()) }
        group.get("tunnels") { _, _ in TunnelsDocument(tunnels: await gateway.tunnels()) }
        group.get("limits") { _, _ in LimitsDocument(limits: await gateway.limits()) }
        group.get("groups") { _, _ in GroupsDocument(groups: await gateway.groups()) }
        group.get("neighbors") { request, _ in
            NeighborsDocument(neighbors: try await gateway.neighbors(network: try NeighborQuery(request).network))
        }
        group.get("multicast") { _, _ in MulticastDocument(multicast: await gateway.multicast()) }
        group.get("drops") { _, _ in DropsDocument(drops: await gateway.drops()) }
        group.get("workers") { _, _ in WorkersDocument(workers: await gateway.workers()) }
    }

    private func addMACs(to group: RouterGroup<ManagementContext>) {
        group.get("macs") { request, _ in
            let query = try MACQuery(request)
            return try await gateway.macs(query.filter, from: query.cursor, limit: query.limit)
        }
        group.post("macs") { request, context in
            let addition = try await body(of: request, context, as: MACAddition.self)
            try await gateway.addMAC(addition)
            return EditedResponse(status: .created, response: addition)
        }
        group.delete("macs") { request, _ in
            let (network, mac) = try MACQuery.entry(request)
            try await gateway.deleteMAC(network: network, mac: mac)
            return DeletedDocument(deleted: 1)
        }
        group.post("macs/flush") { request, context in
            let filter = try await body(of: request, context, as: MACFilter.self)
            return DeletedDocument(deleted: try await gateway.flushMACs(filter))
        }
    }

    /// Hummingbird's own `decode` hides which key is wrong; this one lets the error of the decoder through.
    private func body<Value: Decodable>(
        of request: Request, _ context: ManagementContext, as type: Value.Type
    ) async throws -> Value {
        try await context.requestDecoder.decode(type, from: request, context: context)
    }
}
