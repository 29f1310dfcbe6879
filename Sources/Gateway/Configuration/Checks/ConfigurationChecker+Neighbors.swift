extension ConfigurationChecker {
    /// Static neighbours are hosts of the port's own subnets.
    func checkNeighbors() {
        for port in underlays {
            for (address, first) in repeats(in: port.neighbors.compactMap(\.address)) {
                findings.error(
                    at: address.position, "neighbor \(address.value) is already listed on line \(first.line)",
                    advice: "remove one of the two")
            }
            for address in port.neighbors.compactMap(\.address) { checkNeighbor(address, of: port) }
        }
    }

    private func checkNeighbor(_ address: Located<IPAddress>, of port: Draft.Port) {
        if port.addresses.contains(where: { $0.value.address == address.value }) {
            findings.error(
                at: address.position, "neighbor \(address.value) is the port's own address", advice: "remove the entry")
        } else if let subnet = port.addresses.first(where: { $0.value.contains(address.value) }) {
            guard let problem = address.value.notAHost ?? subnet.value.notAHost(address.value) else { return }
            findings.error(
                at: address.position, "neighbor \(address.value) is \(problem)", advice: "give the address of a host")
        } else if port.addresses.isComplete, !port.addresses.isEmpty {
            findings.error(
                at: address.position, "neighbor \(address.value) is in no subnet of the port",
                advice:
                    "only hosts on the link have a MAC address here; its subnets are those of \(listed(port.addresses.map(\.value)))"
            )
        }
    }
}
