import Dataplane

extension Configuration {
    /// The bounds of every value and list in a configuration. Tables are sized from these, once, at start.
    package enum Limits {
        package static let workers = 32
        /// MiB: less does not hold the packet buffers of two ports, more than 1 TiB is a mistyped number.
        package static let memory = 64...1_048_576
        package static let ports = 32
        package static let bondMembers = 8
        /// More than workers are of no use, except on devices that fill more.
        package static let queues = 1...workers
        /// 68 is the smallest MTU of IPv4 (RFC 791); 9600 is what common NICs accept.
        package static let mtu = 68...9600
        /// The smallest MTU of IPv6 (RFC 8200 section 5).
        package static let mtuIPv6 = 1280
        package static let addressesPerPort = 16
        package static let neighborsPerPort = 1024
        /// Indexes have 16 bits, and 0 means "no network".
        package static let networks = 65534
        package static let membersPerNetwork = 256
        /// Distinct remote VTEPs of all networks together; one with two UDP ports counts twice.
        package static let remotes = 1024
        /// Remote VTEPs that are known only from their packets.
        package static let discoveredVTEPs = 2048
        /// Distinct multicast groups of all networks together, counted likewise.
        package static let groups = 4096
        package static let routes = 1024
        /// Next hops of a route, and gateways of each family.
        package static let nextHops = 8
        /// Distinct UDP destination ports of all networks together, that of the section `vxlan` included.
        package static let udpPorts = 8
        package static let acceptPrefixes = 256
        package static let vlan = 1...4094
        /// PCP of an 802.1Q tag.
        package static let priority = 0...7
        package static let dscp = 0...63
        package static let ttl = 1...255
        package static let vni = 1...Int(VNI.maximum)
        package static let udpPort = 1...65535
        package static let macCapacity = 16...16_777_216
        /// Seconds.
        package static let ageing = 0...86400
        package static let macLimit = 1...16_777_216
        /// Frames a second.
        package static let stormRate = 1...100_000_000
        package static let moves = 0...1000
        /// Seconds.
        package static let moveSeconds = 1...86400
        package static let splitHorizonGroup = 1...255
        /// Configured hosts of a network, for ARP and ND suppression.
        package static let neighborsPerNetwork = 4096
        /// The same of all networks together.
        package static let hostNeighbors = NeighborMap.capacity
        package static let nameByteCount = 1...63
        package static let deviceByteCount = 1...255
        /// `sun_path` of a Unix socket address has 108 bytes; SwiftNIO takes 103 of them.
        package static let socketByteCount = 2...103
    }

    /// What VXLAN adds to the payload of an access frame on the way to `remote`: inner Ethernet header 14, VXLAN 8, UDP 8, and IPv4 20 or
    /// IPv6 40 (RFC 7348 section 5). The outer Ethernet header is not part of an MTU, and neither is a tag in it.
    package static func encapsulationByteCount(to remote: IPAddress) -> Int { remote.isIPv4 ? 50 : 70 }
}

extension Configuration.ReservedBits {
    /// The 39 bits of a VXLAN header, as a number, that are neither the I flag nor the VNI (RFC 7348 section 5).
    package static let all: UInt64 = 0xF7FF_FFFF_0000_00FF
}
