extension ConfigurationChecker {
    /// Static neighbours are other hosts on the link of their port.
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
        if port.owns(address.value) {
            findings.error(
                at: address.position, "neighbor \(address.value) is the port's own address", advice: "remove the entry")
        } else if let problem = address.value.notAHost ?? port.subnet(of: address.value)?.notAHost(address.value) {
            findings.error(
                at: address.position, "neighbor \(address.value) is \(problem)", advice: "give the address of a host")
        } else if !port.isOnLink(address.value), port.addresses.isComplete, !port.addresses.isEmpty {
            reportOffLink(
                address, "neighbor", of: port,
                advice:
                    "only hosts on the link have a MAC address here; its subnets are those of \(listed(port.addresses.map(\.value)))"
            )
        }
    }
}
