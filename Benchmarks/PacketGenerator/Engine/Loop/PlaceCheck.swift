import Dataplane

/// Whether a frame of ours came out where its MACs belong: in the VLAN, or with the VNI, of their flow.
package struct PlaceCheck: BitwiseCopyable {
    private let isTagged: Bool
    private let flows: UInt64
    private let networks: UInt32
    private let firstVLAN: UInt32
    private let firstVNI: UInt32
    /// MAC of the source of flow 0, as a number.
    private let source: UInt64

    package init(_ plan: FlowPlan, layout: FrameLayout, heading: FrameWriter.Heading) {
        isTagged = layout == .tagged
        flows = UInt64(plan.flows)
        networks = UInt32(plan.networks)
        firstVLAN = UInt32(plan.vlans.lowerBound)
        firstVNI = plan.vniBase + firstVLAN
        source = (heading == .toRemote ? plan.localMAC : plan.remoteMAC).number
    }

    /// `frame` is at least as long as its headers and stamp.
    @_noLocks @_noAllocation @inline(__always)
    package func accepts(_ frame: UnsafeRawPointer) -> Bool {
        let ethernet = isTagged ? 0 : FrameLayout.outerBytes
        let mac = frame.loadUnaligned(fromByteOffset: ethernet + 6, as: UInt64.self).byteSwapped &>> 16
        let flow = mac &- source
        guard flow < flows else { return false }
        let network = UInt32(truncatingIfNeeded: flow) % networks
        if isTagged {
            return UInt32(frame.loadUnaligned(fromByteOffset: 14, as: UInt16.self).bigEndian & 0xFFF) == firstVLAN &+ network
        }
        return frame.loadUnaligned(fromByteOffset: 46, as: UInt32.self).bigEndian &>> 8 == firstVNI &+ network
    }
}
