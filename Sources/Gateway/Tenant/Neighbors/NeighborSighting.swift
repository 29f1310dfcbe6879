import Dataplane

/// What an ARP packet or an ND message in a network says of where a host is.
package struct NeighborSighting: Equatable, Sendable {
    package enum Kind: Sendable {
        /// The host asks for another one, and says where it is itself.
        case question
        /// It answers, to one station.
        case answer
        /// It tells everybody: gratuitous ARP (RFC 5227 section 3), unsolicited advertisement (RFC 4861 section 7.2.6).
        case announcement
        /// It asks whether anybody uses the address, which it does not have yet (RFC 5227 section 2.1.1, RFC 4862 section 5.4).
        case probe
    }

    package var kind: Kind
    package var address: IPAddress
    package var mac: MACAddress
    /// Whether the host says that it is a router; `nil`: it does not say.
    package var isRouter: Bool?
    /// False: the message leaves another MAC that is known in place (RFC 4861 section 7.2.5).
    package var isOverride = true

    package init(_ kind: Kind, of address: IPAddress, at mac: MACAddress, isRouter: Bool? = nil, isOverride: Bool = true) {
        self.kind = kind
        self.address = address
        self.mac = mac
        self.isRouter = isRouter
        self.isOverride = isOverride
    }
}

/// Why a frame tells nothing.
package enum NeighborSightingError: Error, Equatable, Sendable {
    /// Neither ARP nor neighbour discovery, or nothing that says where its sender is.
    case irrelevant
    case malformed(PuntDropReason)
    /// The MAC that it tells is not the one that it came from: a proxy's, or a lie.
    case otherMAC
}

extension NeighborSighting {
    /// Reads a frame without tag.
    package init(frame: [UInt8]) throws(NeighborSightingError) {
        let sighting: NeighborSighting
        do throws(PuntDropReason) {
            let ethernet = try EthernetHeader(frame: frame)
            switch ethernet.etherType {
            case EthernetHeader.typeARP: sighting = NeighborSighting(try ARPPacket(frame: frame))
            case EthernetHeader.typeIPv6:
                let header = try IPv6Header(frame: frame)
                guard header.nextHeader == IPv6Header.nextHeaderICMPv6 else { throw .icmpv6Type }
                sighting = try NeighborSighting(ICMPv6Message(frame: frame, header: header), from: ethernet.source)
            default: throw .etherType
            }
        } catch {
            throw [.etherType, .icmpv6Type, .ndNoLinkAddress].contains(error) ? NeighborSightingError.irrelevant : .malformed(error)
        }
        guard sighting.mac == frame.readMAC(at: 6) else { throw .otherMAC }
        self = sighting
    }

    private init(_ packet: ARPPacket) {
        if packet.isProbe {
            self.init(.probe, of: packet.targetAddress, at: packet.senderMAC)
        } else if packet.senderAddress == packet.targetAddress {
            self.init(.announcement, of: packet.senderAddress, at: packet.senderMAC)
        } else {
            self.init(packet.operation == .request ? .question : .answer, of: packet.senderAddress, at: packet.senderMAC)
        }
    }

    /// `source`: of the frame. It stands for the option where a message to one station leaves that out (RFC 4861 section 4.4).
    private init(_ message: ICMPv6Message, from source: MACAddress) throws(PuntDropReason) {
        switch message.type {
        case ICMPv6Message.MessageType.neighborSolicitation:
            let solicitation = try NeighborSolicitation(message)
            if solicitation.isProbe {
                self.init(.probe, of: solicitation.target, at: source)
            } else {
                guard let mac = solicitation.sourceMAC else { throw .ndNoLinkAddress }
                guard solicitation.source.isRemoteHost else { throw .sourceAddressInvalid }
                self.init(.question, of: solicitation.source, at: mac)
            }
        case ICMPv6Message.MessageType.neighborAdvertisement:
            let advertisement = try NeighborAdvertisement(message)
            self.init(
                advertisement.isSolicited ? .answer : .announcement, of: advertisement.target, at: advertisement.targetMAC ?? source,
                isRouter: advertisement.isRouter, isOverride: advertisement.isOverride)
        default: throw .icmpv6Type
        }
    }
}
