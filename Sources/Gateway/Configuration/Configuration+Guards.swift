import Dataplane

// What protects networks from each other, from storms and from loops. Everything is off unless a key asks for it, except for the guard against MACs
// that move all the time.

extension Configuration {
    /// What an access port does with the sources of its frames.
    ///
    /// `on`: learns them. `off`: learns nothing, forwards everything. `sticky`: a MAC that it has learned stays with it until it ages; frames from
    /// it elsewhere are dropped. `locked`: only the static MACs behind this port may send.
    package enum Learning: String, CaseIterable, Sendable { case on, off, sticky, locked }

    /// What becomes of a MAC that is new and finds its limit reached.
    ///
    /// `flood`: it is not learned; its frames pass, frames to it are flooded. `drop`: its frames are dropped. `replace-oldest`: as `flood`, but room is made:
    /// the port or VTEP with the most entries loses those that were silent for longest.
    package enum LimitAction: String, CaseIterable, Sendable {
        case flood, drop
        case replaceOldest = "replace-oldest"
    }

    /// Most learned MACs of a port or a network.
    package struct MACLimit: Equatable, Sendable {
        package var maximum: Int
        package var action = LimitAction.flood

        package init(maximum: Int, action: LimitAction = .flood) {
            self.maximum = maximum
            self.action = action
        }
    }

    /// Most flooded frames a second of each class; `nil` = no limit.
    package struct StormControl: Equatable, Sendable {
        package var broadcast: Int?
        package var unknownUnicast: Int?
        package var multicast: Int?

        package init(broadcast: Int? = nil, unknownUnicast: Int? = nil, multicast: Int? = nil) {
            self.broadcast = broadcast
            self.unknownUnicast = unknownUnicast
            self.multicast = multicast
        }

        package var isEmpty: Bool { self == StormControl() }
    }

    /// A MAC that moves `maximum` times within `window` seconds is held where it was first, for `hold` seconds (RFC 7432 section 15.1).
    package struct MoveGuard: Equatable, Sendable {
        /// 0 = no guard.
        package var maximum = 5
        package var window = 180
        package var hold = 180

        package init(maximum: Int = 5, window: Int = 180, hold: Int = 180) {
            self.maximum = maximum
            self.window = window
            self.hold = hold
        }
    }

    /// Frames that carry a VLAN tag inside of VXLAN, or behind the tag of their member (RFC 7348 section 6.1).
    ///
    /// `drop`: they are dropped. `strip`: the tag is removed. `keep`: the tag stays in the frame, as payload.
    package enum InnerTag: String, CaseIterable, Sendable { case drop, strip, keep }

    /// Protocols to 01:80:c2:00:00:0x that a network may carry like multicast; a bridge drops them (IEEE 802.1Q section 8.6.3).
    package enum LinkLocalProtocol: String, CaseIterable, Sendable { case bpdu, pause, lacp, lldp }
}
