import Dataplane

/// The underlay as the generator plays it: remote VTEPs that share one MAC and count up from an address, and the gateway they talk to.
package struct OuterPlan: Sendable, Equatable {
    package var gateway: UInt32 = 0xC000_0201
    /// Learned by ARP when not given.
    package var gatewayMAC: MACAddress?
    package var vteps = 1
    package var firstVTEP: UInt32 = 0xC000_0202
    package var udpPort: UInt16 = 4789

    package init() {}

    package static let vtepsMaximum = 4096

    package var lastVTEP: UInt32 { firstVTEP &+ UInt32(vteps - 1) }

    /// Flows of one network take turns, so that each network has hosts behind every VTEP.
    package func vtep(ofFlow flow: Int, networks: Int) -> UInt32 { firstVTEP + UInt32(flow / networks % vteps) }

    package func check() throws(GeneratorError) {
        guard (1...OuterPlan.vtepsMaximum).contains(vteps) else { throw .usage("VTEPs must be 1 to \(OuterPlan.vtepsMaximum)") }
        guard firstVTEP <= UInt32.max - UInt32(vteps), !(firstVTEP...lastVTEP).contains(gateway) else {
            throw .usage("the VTEPs' addresses must not include the gateway's: choose another first one")
        }
    }
}
