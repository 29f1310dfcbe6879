import Dataplane

/// A configuration as the file has it: every value is of the right type and in range, but nothing has been compared with anything
/// else. Values keep their positions for the checks. An optional is `nil` where the value was refused, which has been reported.
struct Draft {
    var system: System
    var ports: Entries<Port>
    var vxlan: VXLAN
    var macs: MACs
    var routes: Entries<Route>
    var networks: Entries<Network>

    struct System {
        var cores: Entries<Located<Int>>
        var memory: Located<Int>?
        var hugepages: Located<Configuration.Hugepages>?
        var idle: Located<Configuration.Idle>?
        var socket: Located<String>?
    }

    struct Port {
        var position: Configuration.Position
        var name: Located<String>?
        var device: Located<String>?
        /// `nil` when left out, too.
        var bond: Bond?
        var role: Located<Configuration.Role>?
        var mtu: Located<Int>?
        var queues: Located<Configuration.QueueCount>?
        var addresses: Entries<Located<InterfaceAddress>>
        var gateways: Entries<Located<IPAddress>>
        var neighbors: Entries<Neighbor>
        /// `nil` when left out, too; so are the next two.
        var vlan: Located<VLANID>?
        var priority: Located<Configuration.Priority>?
        var dscp: Located<Configuration.DSCP>?
        var udp6ZeroChecksum: Entries<Located<Configuration.TrafficDirection>>
        /// `nil` when left out, too; so are the next seven.
        var learning: Located<Configuration.Learning>?
        var macLimit: Located<Configuration.MACLimit>?
        var stormControl: Located<Configuration.StormControl>?
        var isolated: Located<Bool>?
        var splitHorizonGroup: Located<Int>?
        var loopDetection: Located<Bool>?
        var serviceTag: Located<Configuration.ServiceTag>?
        /// Positions of the keys that only an underlay port may have, as far as they are there.
        var underlayKeys: [Located<String>]
        /// The same of access ports.
        var accessKeys: [Located<String>]

        /// What the port is made of: its device, or the members of its bond.
        var devices: [Located<String>] { [device].compactMap { $0 } + (bond?.members.map { $0 } ?? []) }
    }

    struct Bond {
        var mode: Located<Configuration.Bond.Mode>?
        var members: Entries<Located<String>>
        var hash: Located<Configuration.Bond.Hash>?
    }

    struct Neighbor {
        var address: Located<IPAddress>?
        var mac: Located<MACAddress>?
    }

    struct VXLAN {
        var port: Located<UInt16>?
        var sourcePorts: Located<ClosedRange<UInt16>>?
        var local: Entries<Located<IPAddress>>
        var accept: Accept
        var reservedBits: Located<Configuration.ReservedBits>?
        var udpChecksum: Located<Bool>?
        var ttl: Located<Int>?
        var dscp: Located<Configuration.DSCP>?
        var df: Located<Configuration.DontFragment>?
    }

    enum Accept {
        case configured
        case any
        case prefixes(Entries<Located<InterfaceAddress>>)
        /// Refused, which has been reported.
        case unknown
    }

    struct MACs {
        var capacity: Located<Int>?
        var ageing: Located<Int>?
        var whenFull: Located<Configuration.LimitAction>?
        var moves: Located<MoveGuard>?
    }

    /// What is left out is as in `macs: moves`, or, there, the standard.
    struct MoveGuard {
        var maximum: Int?
        var window: Int?
        var hold: Int?
    }

    struct Route {
        var prefix: Located<InterfaceAddress>?
        var nextHops: Entries<Located<IPAddress>>
    }

    struct Network {
        var position: Configuration.Position
        var name: Located<String>?
        var vni: Located<VNI>?
        var members: Entries<Member>
        var remotes: Entries<Located<IPAddress>>
        var staticMACs: Entries<StaticMAC>
        /// `nil` when left out, too; so is each optional below.
        var udpPort: Located<UInt16>?
        var group: Located<IPAddress>?
        /// Whether the network has the key, its value right or wrong.
        var hasGroup: Bool
        var groupPort: Located<String>?
        var mtu: Located<Int>?
        var icmpTooBig: Located<Bool>?
        var macLimit: Located<Configuration.MACLimit>?
        var stormControl: Located<Configuration.StormControl>?
        var moves: Located<MoveGuard>?
        var neighborSuppression: Located<Bool>?
        var neighbors: Entries<Neighbor>
        var multicastSnooping: Located<Bool>?
        var innerTag: Located<Configuration.InnerTag>?
        var linkLocal: Entries<Located<Configuration.LinkLocalProtocol>>
    }

    struct Member {
        var port: Located<String>
        /// The position is that of the first tag's value, or of `untagged`.
        var tags: Located<MemberTags>
    }

    struct StaticMAC {
        enum Location {
            case remote(Located<IPAddress>)
            /// `tags` is `nil` when the entry leaves the choice to the port's only membership.
            case port(Located<String>, tags: Located<MemberTags>?)
        }

        var mac: Located<MACAddress>?
        var location: Location?
    }
}

extension Draft {
    static let keys = ["system", "ports", "vxlan", "macs", "routes", "networks"]

    /// Reads the root of the file; `nil` when it is no mapping at all.
    init?(_ root: YAMLNode) {
        guard let file = root.mapping(keys: Draft.keys) else { return nil }
        let ports = file.required("ports", example: "[...]")
        system = System(file["system"], missingAt: file.position)
        self.ports = Entries(of: ports, atMost: Configuration.Limits.ports, missingAt: file.position, read: Port.init)
        vxlan = VXLAN(file["vxlan"], missingAt: file.position)
        macs = MACs(file["macs"], missingAt: file.position)
        routes = file.entries("routes", atMost: Configuration.Limits.routes, read: Route.init)
        networks = file.entries("networks", atMost: Configuration.Limits.networks, read: Network.init)
        if ports != nil, self.ports.isEmpty, self.ports.isComplete {
            root.findings.error(
                at: self.ports.position, "`ports` has no entries",
                advice: "add `- name: lan0` with a `device` and a `role`; docs/CONFIGURATION.md has examples")
        }
    }
}
