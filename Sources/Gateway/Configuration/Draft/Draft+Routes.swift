extension Draft.Route {
    init?(_ node: YAMLNode) {
        guard let route = node.mapping(keys: ["prefix", "next-hops"]) else { return nil }
        prefix = route.required("prefix", example: "203.0.113.0/24")?.prefix()
        let hops = route.required("next-hops", example: "[192.0.2.254]")
        nextHops = Entries(of: hops, atMost: Configuration.Limits.nextHops, missingAt: route.position) { $0.ipAddress() }
        if let hops, nextHops.isEmpty, nextHops.isComplete {
            node.findings.error(
                at: hops.position, "`next-hops` has no entries", advice: "name a router on the link of an underlay port")
        }
    }
}
