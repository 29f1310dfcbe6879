/// Frame sizes and how often each occurs.
///
/// A size is that of the untagged inner frame on the wire, its 4 bytes of FCS included, as RFC 2544 counts: 64 is the smallest Ethernet
/// frame whether it travels with a tag (4 bytes more) or in a tunnel (50 bytes more).
package struct FrameSizes: Sendable, Equatable {
    package struct Share: Sendable, Equatable {
        package var size: Int
        package var weight: Int

        package init(size: Int, weight: Int) {
            self.size = size
            self.weight = weight
        }
    }

    package let shares: [Share]

    /// The smallest frame has just room for the stamp; the largest fits a packet buffer, with its outer headers.
    package static let range = 64...9216
    static let weightMaximum = 1000
    /// The simple IMIX: 7 small, 4 middle and 1 large frame of 12.
    package static let imix = FrameSizes([Share(size: 64, weight: 7), Share(size: 594, weight: 4), Share(size: 1518, weight: 1)])

    init(_ shares: [Share]) { self.shares = shares }

    /// Reads `64`, `imix` or a list with weights: `64:7,594:4,1518:1`.
    package init(_ text: String) throws(GeneratorError) {
        if text.lowercased() == "imix" {
            self = .imix
            return
        }
        var shares: [Share] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.count <= 2, let size = numbers[0], let weight = numbers.count == 2 ? numbers[1] : 1 else {
                throw .usage("\"\(part)\" is not a frame size: write 64, 64:7,1518:1 or imix")
            }
            guard FrameSizes.range.contains(size) else {
                throw .usage("frame size \(size) is not between \(FrameSizes.range.lowerBound) and \(FrameSizes.range.upperBound)")
            }
            guard (1...FrameSizes.weightMaximum).contains(weight) else {
                throw .usage("weight \(weight) is not between 1 and \(FrameSizes.weightMaximum)")
            }
            shares.append(Share(size: size, weight: weight))
        }
        self.shares = shares
    }

    package var largest: Int { shares.map(\.size).max() ?? 0 }

    package var average: Double {
        Double(shares.reduce(0) { $0 + $1.size * $1.weight }) / Double(shares.reduce(0) { $0 + $1.weight })
    }

    /// Sizes in the order of transmission, to be repeated: each as often as its weight says, shuffled over about a thousand frames.
    package func schedule(seed: UInt64) -> [UInt16] {
        let once = shares.flatMap { [UInt16](repeating: UInt16($0.size), count: $0.weight) }
        var generator = SplitMix64(seed: seed)
        return (0..<max(1, 1024 / once.count)).flatMap { _ in once }.shuffled(using: &generator)
    }
}
