import Dataplane

/// A checked configuration: every value is in range and every reference resolves. Only ``ConfigurationReader`` makes one from a
/// file, so whoever holds one need not check again. The keys of the file are the names below in kebab case.
package struct Configuration: Equatable, Sendable {
    package var system = System()
    package var ports: [Port] = []
    package var vxlan = VXLAN()
    package var macs = MACs()
    /// Static routes to VTEPs beyond the links of the underlay ports.
    package var routes: [Route] = []
    package var networks: [Network] = []

    package init() {}

    package struct System: Equatable, Sendable {
        /// CPU numbers that run one worker each.
        package var cores: [Int] = [1]
        /// DPDK memory in MiB.
        package var memory = 512
        package var hugepages = Hugepages.auto
        package var idle = Idle.adaptive
        /// Path of the local API's Unix socket.
        package var socket = Configuration.defaultSocket

        package init() {}
    }

    package static let defaultSocket = "/run/viaduct/viaduct.sock"

    package enum Hugepages: String, CaseIterable, Sendable { case auto, required, off }

    /// `adaptive`: a worker without packets backs off to short sleeps. `poll`: it never sleeps.
    package enum Idle: String, CaseIterable, Sendable { case adaptive, poll }

    package enum Role: String, CaseIterable, Sendable, Codable { case access, underlay }

    /// Receive queues of a port: as many as there are workers, or a number.
    package enum QueueCount: Equatable, Sendable, CustomStringConvertible {
        case auto
        case exactly(Int)

        package var number: Int? { if case .exactly(let number) = self { number } else { nil } }
        package var description: String { number.map(String.init) ?? "auto" }
    }

    package struct Port: Equatable, Sendable {
        package var name: String
        /// PCI address or DPDK virtual device with its arguments.
        package var device: String
        /// Several devices as one, instead of ``device``, which then tells of them all.
        package var bond: Bond?
        package var role: Role
        /// Largest Ethernet payload in bytes: header and VLAN tag come on top.
        package var mtu: Int
        package var queues = QueueCount.auto
        // Access only.
        package var learning = Learning.on
        package var macLimit: MACLimit?
        package var stormControl = StormControl()
        /// No frames to other isolated ports (private VLAN).
        package var isIsolated = false
        /// No frames to other ports of the same group, 1 to 255; `nil` = in none.
        package var splitHorizonGroup: Int?
        /// Probes are sent through the port, to find out whether it is part of a loop.
        package var detectsLoops = false
        package var serviceTag = ServiceTag.ieee8021ad
        // Underlay only.
        package var addresses: [InterfaceAddress] = []
        /// Default next hops: at most one of each family.
        package var gateways: [IPAddress] = []
        package var neighbors: [StaticNeighbor] = []
        /// 802.1Q tag of everything that leaves and enters through the port; `nil` = untagged.
        package var vlan: VLANID?
        /// Priority in that tag.
        package var priority = Priority.fixed(0)
        /// DSCP of VXLAN packets that leave here; `nil` = ``VXLAN/dscp``.
        package var dscp: DSCP?
        /// VXLAN over IPv6 with UDP checksum zero (RFC 6935, RFC 6936).
        package var udp6ZeroChecksum: Set<TrafficDirection> = []

        package init(name: String, device: String, role: Role, mtu: Int = 1500) {
            self.name = name
            self.device = device
            self.role = role
            self.mtu = mtu
        }
    }

    /// What the service tags of an access port are: those of IEEE 802.1ad with EtherType 0x88a8, or 802.1Q tags like the ones behind them, 0x8100.
    package enum ServiceTag: String, CaseIterable, Sendable {
        case ieee8021ad = "802.1ad"
        case ieee8021q = "802.1q"

        var etherType: UInt16 {
            switch self {
            case .ieee8021ad: 0x88A8
            case .ieee8021q: 0x8100
            }
        }
    }

    /// 802.1p priority of outer tags: a number from 0 to 7, or the upper three bits of the DSCP (RFC 2474 section 4.2.2).
    package enum Priority: Equatable, Sendable {
        case fixed(Int)
        case dscp
    }

    /// DSCP of outer headers: a number from 0 to 63; or the inner packet's, 0 where the inner frame holds no IP packet (RFC 2983); or the class selector of the
    /// frame's 802.1p priority, 0 where it has no tag (RFC 2474 section 4.2.2).
    package enum DSCP: Equatable, Sendable {
        case fixed(Int)
        case copy
        case priority
    }

    package enum TrafficDirection: String, CaseIterable, Sendable { case send, receive }

    /// Don't-fragment flag of outer IPv4 headers; `inherit`: the inner packet's, set where that is IPv6, unset where it is not IP.
    package enum DontFragment: String, CaseIterable, Sendable { case set, unset, inherit }

    /// Whose VXLAN packets are taken, beside those of the VTEPs that the configuration names (RFC 7348 section 7).
    package enum Accept: Equatable, Sendable {
        case configured
        case any
        case prefixes([InterfaceAddress])
    }

    /// What is made of set bits in a VXLAN header's reserved fields, all 39 of them: `rfc` ignores them (RFC 7348 section 5), `strict` refuses the
    /// packet, `mask` refuses it if one of these bits is set, of the header's eight bytes as a number.
    package enum ReservedBits: Equatable, Sendable {
        case rfc
        case strict
        case mask(UInt64)
    }

    package struct Route: Equatable, Sendable {
        /// Its address is the lowest of the prefix.
        package var prefix: InterfaceAddress
        /// On the links of underlay ports; flows are spread over all of them.
        package var nextHops: [IPAddress]

        package init(prefix: InterfaceAddress, nextHops: [IPAddress]) {
            self.prefix = prefix
            self.nextHops = nextHops
        }
    }

    package struct StaticNeighbor: Equatable, Sendable {
        package var address: IPAddress
        package var mac: MACAddress

        package init(address: IPAddress, mac: MACAddress) {
            self.address = address
            self.mac = mac
        }
    }

    package struct VXLAN: Equatable, Sendable {
        /// UDP destination port.
        package var port: UInt16 = 4789
        package var sourcePorts: ClosedRange<UInt16> = 49152...65535
        /// Source addresses of outer headers, at most one of each family, accepted on every underlay port; without one, the address of the port
        /// that a tunnel leaves through.
        package var local: [IPAddress] = []
        package var accept = Accept.configured
        package var reservedBits = ReservedBits.rfc
        /// UDP checksums over IPv4; over IPv6 they are the rule.
        package var udpChecksum = false
        /// IPv4 TTL and IPv6 hop limit.
        package var ttl = 64
        package var dscp = DSCP.fixed(0)
        package var df = DontFragment.set

        package init() {}
    }

    package struct MACs: Equatable, Sendable {
        /// Most entries that the MAC table holds.
        package var capacity = 65536
        /// Seconds without a frame after which a learned entry is removed; 0 = never.
        package var ageing = 300
        /// What becomes of new MACs when the table is full.
        package var whenFull = LimitAction.flood
        package var moves = MoveGuard()

        package init() {}
    }

    package struct Network: Equatable, Sendable {
        package var name: String
        package var vni: VNI
        package var members: [Member] = []
        /// Head-end replication list.
        package var remotes: [IPAddress] = []
        package var staticMACs: [StaticMAC] = []
        /// UDP destination port; `nil` = ``VXLAN/port``.
        package var udpPort: UInt16?
        /// Multicast group that flooded frames go to, and come from (RFC 7348 section 4.2).
        package var group: IPAddress?
        /// Underlay port that the group is joined on and sent to; `nil` = the first with an address of the family.
        package var groupPort: String?
        /// Largest payload in bytes that its hosts use, for the audit; `nil` = the largest MTU of its access ports.
        package var mtu: Int?
        /// Hosts whose packets do not fit the underlay are told so (RFC 1191, RFC 8201).
        package var icmpTooBig = false
        package var macLimit: MACLimit?
        package var stormControl = StormControl()
        /// `nil` = ``MACs/moves``.
        package var moves: MoveGuard?
        /// ARP and ND requests for known neighbours are answered by the gateway.
        package var suppressesNeighbors = false
        /// Hosts of the network that are known from the start.
        package var neighbors: [StaticNeighbor] = []
        /// Multicast goes to members only (RFC 4541).
        package var snoopsMulticast = false
        package var innerTag = InnerTag.drop
        package var linkLocal: Set<LinkLocalProtocol> = []

        package init(name: String, vni: VNI) {
            self.name = name
            self.vni = vni
        }
    }

    /// A port's place in a network: with VLAN tags, or untagged.
    package struct Member: Hashable, Sendable {
        package var port: String
        package var tags: MemberTags

        package init(port: String, tags: MemberTags) {
            self.port = port
            self.tags = tags
        }
    }

    package struct StaticMAC: Equatable, Sendable {
        package enum Location: Equatable, Sendable {
            case remote(IPAddress)
            /// A member of the network.
            case member(Member)
        }

        package var mac: MACAddress
        package var location: Location

        package init(mac: MACAddress, location: Location) {
            self.mac = mac
            self.location = location
        }
    }
}

extension Configuration {
    /// Position of a finding in the configuration file, counted from 1.
    package struct Position: Hashable, Comparable, Sendable {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package static func < (a: Position, b: Position) -> Bool { (a.line, a.column) < (b.line, b.column) }
    }

    /// One finding about a configuration file: what is wrong, where, and what to do.
    package struct Diagnostic: Equatable, Sendable {
        package enum Severity: String, Sendable { case error, warning }

        package var severity: Severity
        package var position: Position
        package var message: String
        package var advice: String

        package init(_ severity: Severity, at position: Position, _ message: String, advice: String) {
            self.severity = severity
            self.position = position
            self.message = message
            self.advice = advice
        }
    }
}
