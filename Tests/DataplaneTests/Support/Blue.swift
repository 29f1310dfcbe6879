import Dataplane
import Testing

/// The network that most packet tests play in: index 1, VNI 10100; members lan0 on VLAN 100, lan1 on VLAN 200 and lan2 untagged; remote
/// VTEPs 1 and 2.
enum Blue {
    static let a = MACAddress(2, 0, 0, 0, 1, 0xA)
    static let b = MACAddress(2, 0, 0, 0, 1, 0xB)
    static let c = MACAddress(2, 0, 0, 0, 1, 0xC)
    static let multicast = MACAddress(0x33, 0x33, 0, 0, 0, 1)

    static let aToB = datagram(from: a, to: b)
    static let bToA = datagram(from: b, to: a)
    static let aToAll = datagram(from: a, to: .broadcast)
}

extension Rig {
    /// A gateway with network blue.
    static func blue(_ options: Options = Options(), sourceLocation: SourceLocation = #_sourceLocation, _ body: (Rig) throws -> Void) throws
    {
        try run(options, sourceLocation: sourceLocation) { rig in
            rig.makeNetwork(1, vni: 10100, members: [(0, 100), (1, 200), (2, 0)], tunnels: [1, 2])
            try body(rig)
        }
    }
}
