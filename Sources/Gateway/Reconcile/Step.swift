import Dataplane

/// One change of the tables. The order of cases is the order in which steps are taken: what is new is there before what needs it, and
/// what is old goes when nothing leads to it any more.
package enum Step: Equatable, Sendable {
    case setUDPPort(UInt16)
    case setSourcePorts(ClosedRange<UInt16>)
    case setMACCapacity(Int)
    case setAgeing(Int)
    /// Addresses, gateways and configured neighbours of all underlay ports; names those that differ.
    case setUnderlayPorts([Configuration.Port], changed: [String])
    case addTunnel(RemoteVTEP, UnderlayRoute)
    case rerouteTunnel(RemoteVTEP, UnderlayRoute)
    case removeStaticMAC(VNI, MACAddress)
    case removeMember(VNI, Configuration.Member)
    case removeNetwork(VNI)
    case addNetwork(VNI, name: String, udpPort: UInt16?)
    case renameNetwork(VNI, name: String)
    case addMember(VNI, Configuration.Member)
    case setRemotes(VNI, Set<RemoteVTEP>)
    case putStaticMAC(VNI, MACAddress, Configuration.StaticMAC.Location)
    case removeTunnel(RemoteVTEP)
}

extension Step {
    /// Whether the step adds to networks, after all that is removed from them.
    var isAddition: Bool {
        switch self {
        case .addNetwork, .addMember, .setRemotes, .putStaticMAC: true
        default: false
        }
    }
}

extension Step: CustomStringConvertible {
    package var description: String {
        switch self {
        case .setUDPPort(let port): "VXLAN port: \(port)"
        case .setSourcePorts(let range): "VXLAN source ports: \(range.lowerBound)-\(range.upperBound)"
        case .setMACCapacity(let capacity): "MAC table capacity: \(capacity)"
        case .setAgeing(let seconds): "MAC ageing: \(seconds == 0 ? "never" : "\(seconds) s")"
        case .setUnderlayPorts(_, let changed): "underlay addressing of \(changed.joined(separator: ", "))"
        case .addTunnel(let remote, let route): "remote VTEP \(remote) added, \(route)"
        case .rerouteTunnel(let remote, let route): "remote VTEP \(remote) rerouted, \(route)"
        case .removeStaticMAC(let vni, let mac): "VNI \(vni): static MAC \(mac) removed"
        case .removeMember(let vni, let member): "VNI \(vni): member \(member) removed"
        case .removeNetwork(let vni): "VNI \(vni): network removed"
        case .addNetwork(let vni, let name, _): "VNI \(vni): network \(name) added"
        case .renameNetwork(let vni, let name): "VNI \(vni): network renamed to \(name)"
        case .addMember(let vni, let member): "VNI \(vni): member \(member) added"
        case .setRemotes(let vni, let remotes):
            "VNI \(vni): replication list \(remotes.isEmpty ? "empty" : remotes.sorted().map(\.description).joined(separator: ", "))"
        case .putStaticMAC(let vni, let mac, let location): "VNI \(vni): static MAC \(mac) at \(location)"
        case .removeTunnel(let remote): "remote VTEP \(remote) removed"
        }
    }
}

extension Configuration.Member: CustomStringConvertible {
    package var description: String { "\(port) \(vlan.map { "VLAN \($0)" } ?? "untagged")" }
}

extension Configuration.StaticMAC.Location: CustomStringConvertible {
    package var description: String {
        switch self {
        case .remote(let address): "remote \(address)"
        case .member(let member): member.description
        }
    }
}
