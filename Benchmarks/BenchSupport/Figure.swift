/// Middle, least and most of some figures.
package struct Figure: Encodable, Sendable {
    package let median: Double
    package let minimum: Double
    package let maximum: Double

    package init(_ values: [Double]) {
        median = rounded(middle(of: values))
        minimum = rounded(values.min() ?? 0)
        maximum = rounded(values.max() ?? 0)
    }

    /// `104.2  (101.0 ... 109.8)`
    package var text: String { "\(fixed(median))  (\(fixed(minimum)) ... \(fixed(maximum)))" }
}

/// The middle of some figures, 0 of none.
package func middle(of values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// To a hundredth: more digits are noise.
package func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

/// One digit behind the point.
package func fixed(_ value: Double) -> String {
    let tenths = Int((abs(value) * 10).rounded())
    return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
}
