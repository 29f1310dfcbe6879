/// Lengths of the frames of a stream. A length is that of the untagged frame with its FCS, as RFC 2544 counts: 64 is the smallest. In memory,
/// where there is a tag and no FCS, the frame on the access port is as long.
package struct FrameSize: Sendable, CustomStringConvertible {
    package let name: String
    /// Visited in this order, again and again.
    package let lengths: [Int]

    package static let smallest = FrameSize(name: "64", lengths: [64])
    /// The simple Internet mix, 7 : 4 : 1.
    package static let imix = FrameSize(name: "imix", lengths: [64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 594, 64])

    private init(name: String, lengths: [Int]) {
        self.name = name
        self.lengths = lengths
    }

    /// `imix`, or a length from 64 to 1518.
    package init?(_ text: String) {
        if text == "imix" {
            self = .imix
        } else if let length = Int(text), (64...1518).contains(length) {
            self.init(name: text, lengths: [length])
        } else {
            return nil
        }
    }

    package var description: String { name }

    package var mean: Int { lengths.reduce(0, +) / lengths.count }
}
