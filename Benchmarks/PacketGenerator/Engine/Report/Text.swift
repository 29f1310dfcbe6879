/// Figures for people.
package enum Text {
    /// `1,234,567`
    package static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        return digits.indices.reduce(into: "") { text, index in
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digits[index])
        }
    }

    /// So many digits behind the point.
    package static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = UInt64((abs(value) * scale).rounded())
        let whole = "\(value < 0 && scaled > 0 ? "-" : "")\(scaled / UInt64(scale))"
        guard places > 0 else { return whole }
        let fraction = String(scaled % UInt64(scale))
        return whole + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// Packets per second as `14.88 Mpps`, or in smaller units.
    package static func rate(_ packetsPerSecond: Double) -> String {
        switch packetsPerSecond {
        case 1e6...: fixed(packetsPerSecond / 1e6, 3) + " Mpps"
        case 1e3...: fixed(packetsPerSecond / 1e3, 1) + " kpps"
        default: fixed(packetsPerSecond, 0) + " pps"
        }
    }

    /// Microseconds of nanoseconds.
    package static func microseconds(_ nanoseconds: Double) -> String { fixed(nanoseconds / 1e3, 1) }

    /// A share in percent; one that is not zero does not look like it.
    package static func percent(_ ratio: Double) -> String {
        ratio > 0 && ratio < 0.0001 ? "<0.01" : fixed(ratio * 100, 2)
    }

    /// A line of headings, then one for each row: the first column to the left, figures to the right.
    package static func table(_ headings: [String], _ rows: [[String]]) -> String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + padding : padding + cells[column]
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
