/// What a network asks of workers beyond forwarding. All of it is looked at only with frames that leave the plain path anyway: those to be flooded, those with
/// a second tag, those to link-local addresses.
package struct NetworkFeatures: OptionSet, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    @_noLocks @_noAllocation @inline(__always)
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ARP and ND requests for known neighbours are answered, the rest is shown to control.
    package static let neighborSuppression = NetworkFeatures(rawValue: 1 << 0)
    /// Multicast goes to members, IGMP and MLD are shown to control.
    package static let multicastSnooping = NetworkFeatures(rawValue: 1 << 1)
    /// A tag behind the member's, or inside of VXLAN, is taken off, or stays as payload; with neither, the frame is dropped.
    package static let innerTagStrip = NetworkFeatures(rawValue: 1 << 2)
    package static let innerTagKeep = NetworkFeatures(rawValue: 1 << 3)
    /// Link-local protocols that are carried like multicast.
    package static let carriesBPDU = NetworkFeatures(rawValue: 1 << 4)
    package static let carriesPause = NetworkFeatures(rawValue: 1 << 5)
    package static let carriesLACP = NetworkFeatures(rawValue: 1 << 6)
    package static let carriesLLDP = NetworkFeatures(rawValue: 1 << 7)
}
