import Dataplane

/// Frames of link-local protocols, as devices send them.
enum LinkLocalFrame: String, CaseIterable {
    case bpdu, providerBPDU, pause, lacp, lldp, lldpToCustomerBridge

    var reason: DropReason {
        switch self {
        case .bpdu, .providerBPDU: .bpdu
        case .pause: .pause
        case .lacp: .lacp
        case .lldp, .lldpToCustomerBridge: .lldp
        }
    }

    var feature: NetworkFeatures {
        switch self {
        case .bpdu, .providerBPDU: .carriesBPDU
        case .pause: .carriesPause
        case .lacp: .carriesLACP
        case .lldp, .lldpToCustomerBridge: .carriesLLDP
        }
    }

    var bytes: Bytes {
        let (last, type, payload): (UInt8, UInt16, Bytes) =
            switch self {
            // A configuration BPDU behind LLC.
            case .bpdu: (0x00, 38, Bytes(hex: "424203 0000 00 00 00"))
            case .providerBPDU: (0x08, 38, Bytes(hex: "424203 0000 02 02 00"))
            case .pause: (0x01, 0x8808, Bytes(hex: "0001 ffff"))
            case .lacp: (0x02, 0x8809, Bytes(hex: "01 01 01 14"))
            case .lldp: (0x0E, 0x88CC, Bytes(hex: "0207 04 020000000001"))
            case .lldpToCustomerBridge: (0x00, 0x88CC, Bytes(hex: "0207 04 020000000001"))
            }
        return ethernet(
            to: MACAddress(1, 0x80, 0xC2, 0, 0, last), from: Blue.a, type: type, payload + Bytes(repeating: 0, count: 46 - payload.count))
    }
}

extension DropCase {
    static func ofLinkLocal(_ reason: DropReason) -> DropCase {
        DropCase(
            accessPort: 2,
            packets: { rig in try LinkLocalFrame.allCases.filter { $0.reason == reason }.map { try rig.packet($0.bytes) } })
    }
}
