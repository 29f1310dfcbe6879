import Dataplane

/// Who talks to whom: flow `f` is a pair of hosts, a local one behind the access port and a remote one behind a tunnel.
///
/// Flows are dealt out over the VLANs, and those of one VLAN over the remote VTEPs. MACs and inner addresses count up from a base with the
/// flow's number, so that a frame's flow can be told from its MACs and a million flows need no table.
package struct FlowPlan: Sendable, Equatable {
    /// Pairs of hosts.
    package var flows = 1000
    /// UDP flows of each pair.
    package var udpFlows = 1
    package var vlans: ClosedRange<UInt16> = 100...100
    /// VLAN `v` is the network with the VNI `vniBase + v`.
    package var vniBase: UInt32 = 10_000
    package var localMAC = MACAddress(0x02, 0xAA, 0, 0, 0, 0)
    package var remoteMAC = MACAddress(0x02, 0xBB, 0, 0, 0, 0)
    package var isRandom = true
    package var seed: UInt64 = 1

    package init() {}

    package static let flowsMaximum = 4_000_000
    package static let udpFlowsMaximum = 16_384
    /// Inner IPv4 addresses of the first pair: 10.64.0.0 and 10.128.0.0.
    static let localIPv4: UInt32 = 0x0A40_0000
    static let remoteIPv4: UInt32 = 0x0A80_0000
    /// UDP ports of the local hosts count up from here; the remote ones have the discard port.
    static let localPort: UInt16 = 49_152
    static let remotePort: UInt16 = 9

    package var networks: Int { vlans.count }
    package func network(ofFlow flow: Int) -> Int { flow % networks }
    package func vlan(ofFlow flow: Int) -> UInt16 { vlans.lowerBound + UInt16(network(ofFlow: flow)) }
    package func vni(ofFlow flow: Int) -> UInt32 { vniBase + UInt32(vlan(ofFlow: flow)) }

    /// Throws what is wrong with the numbers.
    package func check() throws(GeneratorError) {
        guard (1...FlowPlan.flowsMaximum).contains(flows) else { throw .usage("flows must be 1 to \(FlowPlan.flowsMaximum)") }
        guard (1...FlowPlan.udpFlowsMaximum).contains(udpFlows) else { throw .usage("UDP flows must be 1 to \(FlowPlan.udpFlowsMaximum)") }
        guard vlans.lowerBound >= 1, vlans.upperBound <= 4094 else { throw .usage("VLANs are 1 to 4094") }
        guard vniBase + UInt32(vlans.upperBound) <= VNI.maximum else {
            throw .usage("VNI \(vniBase + UInt32(vlans.upperBound)) of VLAN \(vlans.upperBound) does not fit 24 bits: lower the VNI base")
        }
        for (name, mac) in [("local", localMAC), ("remote", remoteMAC)] {
            let last = mac.number + UInt64(flows - 1)
            guard last <= MACAddress.mask, !mac.isMulticast, !MACAddress(number: last).isMulticast else {
                throw .usage("the \(name) MACs \(mac) to \(MACAddress(number: last)) must be unicast: choose another base")
            }
        }
        let distance = localMAC.number.distance(to: remoteMAC.number).magnitude
        guard distance >= flows else { throw .usage("local and remote MACs overlap: their bases must be \(flows) apart") }
    }
}

extension MACAddress {
    /// The address as a number that can be counted up: first octet highest.
    var number: UInt64 { bits.byteSwapped >> 16 }

    init(number: UInt64) { self.init(bits: (number << 16).byteSwapped) }
}
