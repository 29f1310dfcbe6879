/// A table for people: a line of headings, then a line for each row, columns aligned with two spaces between them.
///
/// Rows may come in portions, so that a table of millions of rows is printed as it arrives: the columns keep their widths and
/// only grow.
package struct TextTable: Sendable {
    package enum Alignment: Sendable { case left, right }

    package struct Column: Sendable {
        let heading: String
        let alignment: Alignment

        /// Text.
        package static func left(_ heading: String) -> Column { Column(heading: heading, alignment: .left) }
        /// Numbers.
        package static func right(_ heading: String) -> Column { Column(heading: heading, alignment: .right) }
    }

    private let columns: [Column]
    private var widths: [Int]
    private var headingIsDue = true

    package init(_ columns: [Column]) {
        self.columns = columns
        widths = columns.map(\.heading.count)
    }

    /// The lines for `rows`, each one ended, with the headings before the first ones; empty for no rows. A row has a cell for each
    /// column.
    package mutating func render(_ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        for row in rows {
            precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        var text = headingIsDue ? line(columns.map(\.heading)) : ""
        headingIsDue = false
        for row in rows { text += line(row) }
        return text
    }

    /// Ends in no spaces, so that nothing wraps that need not.
    private func line(_ cells: [String]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - cell.count)
            if index > 0 { text += "  " }
            text += columns[index].alignment == .left ? cell + padding : padding + cell
        }
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }
}
