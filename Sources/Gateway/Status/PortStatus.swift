import Dataplane

/// A port as `GET /v1/ports` and `viaduct show ports` tell it. Counters run from the start of the gateway.
package struct PortStatus: Codable, Equatable, Sendable {
    package enum Link: String, Codable, Sendable { case up, down }

    /// Who computes the checksum of outer IPv4 headers that leave through this port: the device, or the worker.
    package enum OuterChecksum: String, Codable, Sendable { case hardware, software }

    /// Devices that are one port.
    package struct Bond: Codable, Equatable, Sendable {
        package struct Member: Codable, Equatable, Sendable {
            package var device: String
            package var link: Link
            /// Whether it carries packets at present.
            package var active: Bool
        }

        package var mode: Configuration.Bond.Mode
        package var members: [Member]
    }

    package struct Queues: Codable, Equatable, Sendable {
        package var rx: Int
        package var tx: Int
    }

    /// Why nothing but loop probes enters and leaves through a port.
    package struct Block: Codable, Equatable, Sendable {
        package enum Cause: String, Codable, Sendable { case loop }

        package var cause: Cause
        /// Network, and places where the probe was sent and came back that told of the loop: a port with its VLAN, or a remote VTEP.
        package var network: String
        package var sent: String
        package var returned: String
        /// How long the port has been blocked.
        package var seconds: Int
    }

    package var name: String
    package var role: Configuration.Role
    /// Device string of the configuration.
    package var device: String
    /// `nil` where the port is one device.
    @Nullable package var bond: Bond?
    /// DPDK driver behind the device.
    package var driver: String
    package var mac: MACAddress
    package var link: Link
    /// Megabits a second; `nil` when the device does not tell, or the link is down.
    @Nullable package var linkMegabits: Int?
    /// Largest Ethernet payload in bytes.
    package var mtu: Int
    /// NUMA node of the device; `nil` for virtual devices and machines without NUMA.
    @Nullable package var numaNode: Int?
    package var queues: Queues
    package var spread: SpreadStatus
    /// Names of the offloads in use, for example `outer_ipv4_checksum`, `multi_segment`, `rss`.
    package var offloads: [String]
    /// Only on underlay ports.
    @Nullable package var outerChecksum: OuterChecksum?
    package var rxPackets: UInt64
    package var rxBytes: UInt64
    package var txPackets: UInt64
    package var txBytes: UInt64
    /// Lost by the device because no worker fetched them in time.
    package var rxMissed: UInt64
    package var rxErrors: UInt64
    /// Refused by the device because its transmit queue was full.
    package var txDropped: UInt64
    /// `nil` = it is open.
    @Nullable package var blockedBy: Block?
    /// Keys of the configuration about learning and guards that are not as by default, limits apart, with their values.
    package var settings: [String]

    enum CodingKeys: String, CodingKey {
        case name, role, device, bond, driver, mac, link, mtu, queues, spread, offloads, settings
        case linkMegabits = "link_megabits"
        case numaNode = "numa_node"
        case outerChecksum = "outer_checksum"
        case rxPackets = "rx_packets"
        case rxBytes = "rx_bytes"
        case txPackets = "tx_packets"
        case txBytes = "tx_bytes"
        case rxMissed = "rx_missed"
        case rxErrors = "rx_errors"
        case txDropped = "tx_dropped"
        case blockedBy = "blocked_by"
    }
}
