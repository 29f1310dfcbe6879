/// A VXLAN network identifier: 24 bits (RFC 7348 section 5).
package struct VNI: Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    package static let maximum: UInt32 = 0xFF_FFFF

    /// `nil` when `rawValue` does not fit 24 bits.
    package init?(_ rawValue: UInt32) {
        guard rawValue <= VNI.maximum else { return nil }
        self.rawValue = rawValue
    }

    package static func < (a: VNI, b: VNI) -> Bool { a.rawValue < b.rawValue }
}

extension VNI: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
