/// Protocols between neighbours, to 01:80:c2:00:00:00 to :0f: a bridge does not forward them (IEEE 802.1Q section 8.6.3), unless a network is to look like a cable to
/// the devices on it.
package enum LinkLocalProtocol: CaseIterable, Sendable {
    /// Spanning tree of customer and provider bridges: LLC to :00 or :08 (IEEE 802.1Q section 14).
    case bpdu
    /// MAC control (IEEE 802.3 annex 31B).
    case pause
    /// Slow protocols: LACP, marker, OAM (IEEE 802.3 annex 57A).
    case lacp
    /// IEEE 802.1AB, to any of its three addresses.
    case lldp

    /// What a frame to one of the addresses is; `nil` = something else. `type`: EtherType or length, as it lies in memory.
    @_noLocks @_noAllocation @inline(__always)
    init?(destination: UInt64, type: UInt16) {
        let last = destination &>> 40
        switch type.byteSwapped {
        case 0x8808: self = .pause
        case 0x8809: self = .lacp
        case 0x88CC: self = .lldp
        case 0...1500 where last == 0x00 || last == 0x08: self = .bpdu
        default: return nil
        }
    }

    @inline(__always)
    var feature: NetworkFeatures {
        switch self {
        case .bpdu: .carriesBPDU
        case .pause: .carriesPause
        case .lacp: .carriesLACP
        case .lldp: .carriesLLDP
        }
    }

    @inline(__always)
    var dropReason: DropReason {
        switch self {
        case .bpdu: .bpdu
        case .pause: .pause
        case .lacp: .lacp
        case .lldp: .lldp
        }
    }

    /// Why a network does not carry a frame to one of the addresses; `nil` = it does. `otherwise`: the reason for what is none of the protocols.
    @_noLocks @_noAllocation @inline(never)
    static func refusal(destination: UInt64, type: UInt16, _ features: NetworkFeatures, otherwise: DropReason) -> DropReason? {
        guard let found = LinkLocalProtocol(destination: destination, type: type) else { return otherwise }
        return features.contains(found.feature) ? nil : found.dropReason
    }
}
