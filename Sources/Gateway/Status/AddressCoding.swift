import Dataplane

// How addresses and identifiers look in JSON: MAC and IP addresses as text, VNIs and VLAN IDs as numbers, the origin of a MAC
// entry by its name. Reading checks, so that what comes out is valid.

extension MACAddress: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.singleText("a MAC address; write it as 02:00:00:00:00:01") { MACAddress($0) }
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeSingle(description) }
}

extension IPAddress: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.singleText("an IP address; write it as 192.0.2.1 or 2001:db8::1") { IPAddress($0) }
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeSingle(description) }
}

extension MACOrigin: Codable {
    /// Name in JSON and on the command line: `static`, `control` or `learned`.
    package var name: String {
        switch self {
        case .learned: "learned"
        case .controlPlane: "control"
        case .configured: "static"
        }
    }

    package init?(name: String) {
        guard let origin = MACOrigin.allCases.first(where: { $0.name == name }) else { return nil }
        self = origin
    }

    package init(from decoder: any Decoder) throws {
        self = try decoder.singleText("an origin; use static, control or learned") { MACOrigin(name: $0) }
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeSingle(name) }
}

extension VNI: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.singleNumber("a VNI; use 0 to 16777215") { VNI($0) }
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeSingle(rawValue) }
}

extension VLANID: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.singleNumber("a VLAN ID; use 1 to 4094") { (number: UInt16) in VLANID(number) }
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeSingle(rawValue) }
}

extension Encoder {
    fileprivate func encodeSingle(_ value: some Encodable) throws {
        var container = singleValueContainer()
        try container.encode(value)
    }
}

extension Decoder {
    fileprivate func singleText<Value>(_ kind: String, _ make: (String) -> Value?) throws -> Value {
        try single(kind, make)
    }

    fileprivate func singleNumber<Number: FixedWidthInteger & Decodable, Value>(
        _ kind: String, _ make: (Number) -> Value?
    ) throws -> Value {
        try single(kind, make)
    }

    private func single<Raw: Decodable, Value>(_ kind: String, _ make: (Raw) -> Value?) throws -> Value {
        let container = try singleValueContainer()
        let raw = try container.decode(Raw.self)
        guard let value = make(raw) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(raw)' is not \(kind)")
        }
        return value
    }
}
