extension Configuration {
    /// Devices that are one port.
    package struct Bond: Equatable, Sendable {
        /// `active-backup`: one carries everything, the next takes over when its link is lost. `balance`: flows are spread over all. `lacp`: the same over those that
        /// the switch agrees to (IEEE 802.1AX).
        package enum Mode: String, CaseIterable, Sendable, Codable {
            case balance, lacp
            case activeBackup = "active-backup"
        }

        /// What of a packet says which member it leaves by: addresses of Ethernet, those of IP too, or ports of UDP and TCP as well.
        package enum Hash: String, CaseIterable, Sendable { case l2, l23, l34 }

        package var mode: Mode
        /// PCI addresses or virtual devices, as ``Port/device``; the first is used first in `active-backup`.
        package var members: [String]
        package var hash = Hash.l34

        package init(mode: Mode, members: [String], hash: Hash = .l34) {
            self.mode = mode
            self.members = members
            self.hash = hash
        }
    }
}

extension Configuration.Port {
    /// Every device that the port opens.
    package var devices: [String] { bond?.members ?? [device] }
}

extension Configuration.Bond {
    /// Mode and hash in a word or two.
    package var summary: String { mode == .activeBackup ? mode.rawValue : "\(mode.rawValue) \(hash.rawValue)" }
}
