extension ConfigurationChecker {
    /// What tunnel packets have, and whose are taken.
    func checkVXLAN() {
        checkAccept()
        checkUDPPorts()
    }

    private func checkAccept() {
        guard case .prefixes(let prefixes) = draft.vxlan.accept else { return }
        for (prefix, first) in repeats(in: prefixes) {
            findings.error(
                at: prefix.position, "prefix \(prefix.value) is already listed on line \(first.line)", advice: "remove one of the two")
        }
        for prefix in prefixes {
            guard let problem = prefix.value.holdsNoVTEP else { continue }
            findings.error(
                at: prefix.position, "the addresses of \(prefix.value) \(problem): no VTEP sends from them",
                advice: "give the prefixes of the VTEPs' own addresses")
        }
    }

    private func checkUDPPorts() {
        guard let standard = draft.vxlan.port else { return }
        var distinct: Set<UInt16> = [standard.value]
        for port in draft.networks.compactMap(\.udpPort) where distinct.insert(port.value).inserted {
            guard distinct.count == Configuration.Limits.udpPorts + 1 else { continue }
            findings.error(
                at: port.position,
                "this is UDP port number \(distinct.count), \(standard.value) counted: at most \(Configuration.Limits.udpPorts) are possible",
                advice: "let networks share ports: each packet carries its VNI")
        }
    }

    /// The UDP destination port of a network; `nil` where that of the section `vxlan` was refused.
    func udpPort(of network: Draft.Network) -> UInt16? { network.udpPort?.value ?? draft.vxlan.port?.value }
}
