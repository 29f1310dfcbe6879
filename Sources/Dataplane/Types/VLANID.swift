/// An 802.1Q VLAN identifier that may be configured: 1...4094. 0 (priority tag) and 4095 are reserved by the standard.
package struct VLANID: Hashable, Comparable, Sendable {
    package let rawValue: UInt16

    /// `nil` outside 1...4094.
    package init?(_ rawValue: UInt16) {
        guard rawValue >= 1, rawValue <= 4094 else { return nil }
        self.rawValue = rawValue
    }

    package static func < (a: VLANID, b: VLANID) -> Bool { a.rawValue < b.rawValue }
}

extension VLANID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
