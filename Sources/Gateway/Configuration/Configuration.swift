import Dataplane

/// A checked configuration: every value is in range and every reference resolves. Only ``ConfigurationReader`` makes one from a
/// file, so whoever holds one need not check again. The keys of the file are the names below in kebab case.
package struct Configuration: Equatable, Sendable {
    package var system = System()
    package var ports: [Port] = []
    package var vxlan = VXLAN()
    package var macs = MACs()
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
        package var role: Role
        /// Largest Ethernet payload in bytes: header and VLAN tag come on top.
        package var mtu: Int
        package var queues = QueueCount.auto
        /// Underlay only.
        package var addresses: [InterfaceAddress] = []
        package var gateway: IPAddress?
        package var neighbors: [StaticNeighbor] = []

        package init(name: String, device: String, role: Role, mtu: Int = 1500) {
            self.name = name
            self.device = device
            self.role = role
            self.mtu = mtu
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

        package init() {}
    }

    package struct MACs: Equatable, Sendable {
        /// Most entries that the MAC table holds.
        package var capacity = 65536
        /// Seconds without a frame after which a learned entry is removed; 0 = never.
        package var ageing = 300

        package init() {}
    }

    package struct Network: Equatable, Sendable {
        package var name: String
        package var vni: VNI
        package var members: [Member] = []
        /// Head-end replication list.
        package var remotes: [IPAddress] = []
        package var staticMACs: [StaticMAC] = []

        package init(name: String, vni: VNI) {
            self.name = name
            self.vni = vni
        }
    }

    /// A port's place in a network: with a VLAN tag, or `vlan == nil` for untagged.
    package struct Member: Hashable, Sendable {
        package var port: String
        package var vlan: VLANID?

        package init(port: String, vlan: VLANID?) {
            self.port = port
            self.vlan = vlan
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
