extension ConfigurationChecker {
    /// Configured hosts of networks: each address once, that of a host, in a network that answers for it; not more than there is room for.
    func checkHostNeighbors() {
        for network in draft.networks {
            let addresses = network.neighbors.compactMap(\.address)
            for (address, first) in repeats(in: addresses) {
                findings.error(
                    at: address.position, "neighbor \(address.value) is already listed on line \(first.line)",
                    advice: "remove one of the two")
            }
            for address in addresses {
                guard let problem = address.value.notAHost else { continue }
                findings.error(at: address.position, "neighbor \(address.value) is \(problem)", advice: "give the address of a host")
            }
            if !network.neighbors.isEmpty, network.neighborSuppression?.value != true {
                findings.error(
                    at: network.neighbors.position, "`neighbors` have no meaning without `neighbor-suppression: true`",
                    advice: "add that key, or remove the neighbors")
            }
        }
        let count = draft.networks.reduce(0) { $0 + $1.neighbors.count }
        if count > Configuration.Limits.hostNeighbors {
            findings.error(
                at: draft.networks.position,
                "there are \(count) neighbors in all networks, and room for \(Configuration.Limits.hostNeighbors)",
                advice: "leave some to be learned")
        }
    }
}
