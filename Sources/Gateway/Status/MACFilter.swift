import Dataplane

/// Which MAC entries are meant: those that match every field that is set.
package struct MACFilter: Codable, Equatable, Sendable {
    package var network: String?
    package var port: String?
    package var remote: IPAddress?
    package var mac: MACAddress?
    package var origin: MACOrigin?

    package init(
        network: String? = nil, port: String? = nil, remote: IPAddress? = nil, mac: MACAddress? = nil, origin: MACOrigin? = nil
    ) {
        self.network = network
        self.port = port
        self.remote = remote
        self.mac = mac
        self.origin = origin
    }

    package enum CodingKeys: String, CodingKey, CaseIterable { case network, port, remote, mac, origin }

    /// Refuses unknown keys: a misspelt one would otherwise widen a flush to the whole table.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.allCases)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        network = try container.decodeIfPresent(String.self, forKey: .network)
        port = try container.decodeIfPresent(String.self, forKey: .port)
        remote = try container.decodeIfPresent(IPAddress.self, forKey: .remote)
        mac = try container.decodeIfPresent(MACAddress.self, forKey: .mac)
        origin = try container.decodeIfPresent(MACOrigin.self, forKey: .origin)
    }
}

/// A MAC entry to be added with the origin ``MACOrigin/controlPlane``.
package struct MACAddition: Codable, Equatable, Sendable {
    package enum Location: Equatable, Sendable {
        case remote(IPAddress)
        /// Without `tags` the port's only member in the network is meant.
        case port(String, tags: MemberTags?)
    }

    package var network: String
    package var mac: MACAddress
    package var location: Location

    package init(network: String, mac: MACAddress, location: Location) {
        self.network = network
        self.mac = mac
        self.location = location
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case network, mac, port, vlan, untagged, remote
        case serviceVLAN = "service_vlan"
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.allCases)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        network = try container.decode(String.self, forKey: .network)
        mac = try container.decode(MACAddress.self, forKey: .mac)
        let port = try container.decodeIfPresent(String.self, forKey: .port)
        let vlan = try container.decodeIfPresent(VLANID.self, forKey: .vlan)
        let service = try container.decodeIfPresent(VLANID.self, forKey: .serviceVLAN)
        let isUntagged = try container.decodeIfPresent(Bool.self, forKey: .untagged) ?? false
        let tags = vlan == nil && service == nil && !isUntagged ? nil : MemberTags(service: service, vlan: vlan)
        guard !isUntagged || tags == .untagged else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'untagged' excludes 'vlan' and 'service_vlan'"))
        }
        let remote = try container.decodeIfPresent(IPAddress.self, forKey: .remote)
        switch (port, tags, remote) {
        case (let port?, _, nil): location = .port(port, tags: tags)
        case (nil, nil, let remote?): location = .remote(remote)
        default:
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "give either 'remote', or 'port' alone, or with 'untagged', 'vlan' or 'service_vlan'"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(network, forKey: .network)
        try container.encode(mac, forKey: .mac)
        switch location {
        case .remote(let address): try container.encode(address, forKey: .remote)
        case .port(let port, let tags):
            try container.encode(port, forKey: .port)
            try container.encodeIfPresent(tags?.service, forKey: .serviceVLAN)
            try container.encodeIfPresent(tags?.vlan, forKey: .vlan)
            if tags == .untagged { try container.encode(true, forKey: .untagged) }
        }
    }
}

extension Decoder {
    fileprivate func refuseKeys<Key: CodingKey>(except known: [Key]) throws {
        let names = known.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
            let message = "unknown key '\(key.stringValue)'; use \(names.joined(separator: ", "))"
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
        }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
