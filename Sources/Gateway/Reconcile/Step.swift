import Dataplane

/// One change of the tables. The order of cases is the order in which steps are taken: what is new is there before what needs it, and
/// what is old goes when nothing leads to it any more.
package enum Step: Equatable, Sendable {
    /// UDP ports: the gateway's, then those that only some networks use.
    case setEndpoints([UInt16])
    case setReservedBits(Configuration.ReservedBits)
    case setAccept(Configuration.Accept)
    /// TTL, DSCP, DF, UDP checksum.
    case setOuterFields(Configuration.VXLAN)
    case setSourcePorts(ClosedRange<UInt16>)
    case setMACCapacity(Int)
    case setAgeing(Int)
    case setWhenFull(Configuration.LimitAction)
    case setPortPolicy(String, PortPolicy)
    /// Addresses, gateways, tags and configured neighbours of all underlay ports, addresses of them all; names those that differ.
    case setUnderlayPorts([Configuration.Port], local: [IPAddress], changed: [String])
    /// Multicast groups that are joined, by port.
    case setGroups([String: Set<IPAddress>])
    case addTunnel(RemoteVTEP, UnderlayRoute)
    case rerouteTunnel(RemoteVTEP, UnderlayRoute)
    case removeStaticMAC(VNI, MACAddress)
    case removeMember(VNI, Configuration.Member)
    case removeNetwork(VNI)
    case addNetwork(VNI, name: String, udpPort: UInt16?)
    case renameNetwork(VNI, name: String)
    case setTooBig(VNI, Bool)
    case setNetworkPolicy(VNI, NetworkPolicy)
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
        case .setEndpoints(let ports): "VXLAN port\(ports.count == 1 ? "" : "s"): \(ports.map(String.init).joined(separator: ", "))"
        case .setReservedBits(let policy): "VXLAN reserved bits: \(policy)"
        case .setAccept(let accept): "VXLAN packets are accepted from: \(accept)"
        case .setOuterFields: "TTL, DSCP, DF or UDP checksum of outer headers"
        case .setSourcePorts(let range): "VXLAN source ports: \(range.lowerBound)-\(range.upperBound)"
        case .setMACCapacity(let capacity): "MAC table capacity: \(capacity)"
        case .setAgeing(let seconds): "MAC ageing: \(seconds == 0 ? "never" : "\(seconds) s")"
        case .setWhenFull(let action): "MACs that find the table full: \(action.rawValue)"
        case .setPortPolicy(let name, _): "port \(name): learning, limits, guards and service tag"
        case .setUnderlayPorts(_, _, let changed): "underlay addressing of \(changed.joined(separator: ", "))"
        case .setGroups(let groups):
            "multicast groups: \(groups.isEmpty ? "none" : groups.sorted { $0.key < $1.key }.map { "\($0.value.count) on \($0.key)" }.joined(separator: ", "))"
        case .addTunnel(let remote, let route): "remote VTEP \(remote) added, \(route)"
        case .rerouteTunnel(let remote, let route): "remote VTEP \(remote) rerouted, \(route)"
        case .removeStaticMAC(let vni, let mac): "VNI \(vni): static MAC \(mac) removed"
        case .removeMember(let vni, let member): "VNI \(vni): member \(member) removed"
        case .removeNetwork(let vni): "VNI \(vni): network removed"
        case .addNetwork(let vni, let name, _): "VNI \(vni): network \(name) added"
        case .setTooBig(let vni, let isTold): "VNI \(vni): senders of packets that do not fit are \(isTold ? "" : "not ")told"
        case .setNetworkPolicy(let vni, _): "VNI \(vni): limits, guards, suppression, snooping and inner protocols"
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
    package var description: String { "\(port) \(tags.phrase)" }
}

extension MemberTags {
    /// For people: `untagged`, `VLAN 100`, `service VLAN 100`, `service VLAN 100 VLAN 20`.
    var phrase: String {
        let parts = [service.map { "service VLAN \($0)" }, vlan.map { "VLAN \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "untagged" : parts.joined(separator: " ")
    }

    /// As in the configuration file.
    var keysAndValues: String {
        let parts = [service.map { "service-vlan: \($0)" }, vlan.map { "vlan: \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "`untagged: true`" : "`\(parts.joined(separator: ", "))`"
    }
}

extension Configuration.StaticMAC.Location: CustomStringConvertible {
    package var description: String {
        switch self {
        case .remote(let address): "remote \(address)"
        case .member(let member): member.description
        }
    }
}

extension Configuration.ReservedBits: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rfc: "ignored"
        case .strict: "refused"
        case .mask(let bits): "refused where they are set in 0x\(String(bits, radix: 16))"
        }
    }
}

extension Configuration.Accept: CustomStringConvertible {
    package var description: String {
        switch self {
        case .configured: "configured VTEPs"
        case .any: "everybody"
        case .prefixes(let list): "configured VTEPs, " + list.map(\.description).joined(separator: ", ")
        }
    }
}
