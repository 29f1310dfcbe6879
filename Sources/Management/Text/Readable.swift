/// Numbers as people read them. JSON has the exact ones.
package enum Readable {
    /// `1,234,567`
    package static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1 packet`, `1,234 packets`
    package static func count(_ value: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        count(value) + " " + (value == 1 ? noun : plural ?? noun + "s")
    }

    /// `999 B`, `1.5 kB`, `12.3 GB`: decimal units, as link speeds are.
    package static func bytes(_ value: UInt64) -> String {
        guard value >= 1000 else { return "\(value) B" }
        var amount = Double(value)
        var unit = ""
        for next in ["kB", "MB", "GB", "TB", "PB", "EB"] where amount >= 999.95 || unit.isEmpty {
            amount /= 1000
            unit = next
        }
        return "\(decimal(amount, places: 1)) \(unit)"
    }

    /// `45s`, `2m05s`, `3h12m`, `5d04h`
    package static func duration(seconds: Int) -> String {
        func pair(_ high: Int, _ highUnit: String, _ low: Int, _ lowUnit: String) -> String {
            "\(high)\(highUnit)\(low < 10 ? "0" : "")\(low)\(lowUnit)"
        }
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86400: return pair(seconds / 3600, "h", seconds % 3600 / 60, "m")
        default: return pair(seconds / 86400, "d", seconds % 86400 / 3600, "h")
        }
    }

    /// `12.5 %` for 0.125
    package static func percent(_ ratio: Double) -> String { decimal(ratio * 100, places: 1) + " %" }

    package static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "-" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e18 else { return "-" }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let whole = UInt64(scaled) / UInt64(scale)
        guard places > 0 else { return sign + count(whole) }
        let fraction = String(UInt64(scaled) % UInt64(scale))
        return sign + count(whole) + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// The first few of a list, and how many more there are; `-` for none.
    package static func list(_ items: [String], first: Int = 4) -> String {
        guard !items.isEmpty else { return "-" }
        let shown = items.prefix(first).joined(separator: " ")
        return items.count > first ? "\(shown) +\(items.count - first)" : shown
    }

    /// `-` for nothing.
    package static func optional(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "-" }
}
