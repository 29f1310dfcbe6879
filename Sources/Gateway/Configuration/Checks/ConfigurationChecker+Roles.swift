extension ConfigurationChecker {
    /// Keys that do not fit the role of a port, and those that a role cannot do without.
    func checkRoles() {
        for port in draft.ports {
            switch port.role?.value {
            case .access:
                for key in port.underlayKeys {
                    findings.error(
                        at: key.position, "\(quoted(key.value)) has no meaning on an access port",
                        advice: "remove it, or make the port `role: underlay`")
                }
            case .underlay:
                for key in port.accessKeys {
                    findings.error(
                        at: key.position, "\(quoted(key.value)) has no meaning on an underlay port",
                        advice: "remove it, or make the port `role: access`")
                }
                if port.addresses.isEmpty, port.addresses.isComplete {
                    findings.error(
                        at: port.addresses.position, "an underlay port needs an address: it is the source of tunnel packets",
                        advice: "add `addresses: [192.0.2.1/24]` with your own address")
                }
            case nil: break
            }
        }
    }
}
