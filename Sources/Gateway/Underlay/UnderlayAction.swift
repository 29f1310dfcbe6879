import Dataplane

/// What control is to do for the underlay: the only way in which ``UnderlayHost`` acts.
package enum UnderlayAction: Equatable, Sendable {
    /// Send a complete Ethernet frame, at least 60 bytes, out of an underlay port.
    case transmit(port: PortIndex, frame: [UInt8])
    /// The MAC of a required next hop; `nil` = unresolved, packets through it are dropped. Repeated when another user
    /// requires the same next hop, so applying it twice must do no harm.
    case neighborChanged(port: PortIndex, address: IPAddress, mac: MACAddress?)
    case event(UnderlayEvent)
}

/// What people should hear of the underlay.
package enum UnderlayEvent: Equatable, Sendable {
    /// Another host, `mac`, uses our address (RFC 5227 section 2.4, RFC 4862 section 5.4). At most one in ten seconds for each address.
    case addressConflict(port: PortIndex, address: IPAddress, mac: MACAddress)
    /// A next hop does not answer. Once each time it becomes unreachable.
    case neighborUnreachable(port: PortIndex, address: IPAddress)
}
