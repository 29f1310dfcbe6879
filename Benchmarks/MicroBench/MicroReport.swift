import BenchSupport
import Dataplane

/// What one variant of one benchmark took.
struct MicroResult: Encodable {
    let name: String
    let variant: String
    let entries: Int
    /// Per packet or key.
    let cyclesMedian: Double
    let cyclesMin: Double
    let runs: Int
    /// The core was lost to others in every run.
    let disturbed: Bool
    /// Per packet, where they have been counted.
    var instructions: Double?

    func with(_ counts: InstructionCounts?) -> MicroResult {
        var result = self
        result.instructions = counts?[name, variant]
        return result
    }
}

struct MicroReport: Encodable {
    let cyclesPerSecond: UInt64
    let hugepages: Bool
    let results: [MicroResult]

    init(_ results: [MicroResult], hugepages: Bool) {
        cyclesPerSecond = Clock().cyclesPerSecond
        self.hugepages = hugepages
        self.results = results
    }

    var text: String {
        let head = row("benchmark", "variant", "entries", "cycles", "least", "instructions")
        let body = results.map { result in
            row(
                result.name, result.variant, String(result.entries), fixed(result.cyclesMedian), fixed(result.cyclesMin),
                result.instructions.map(fixed) ?? "-") + (result.disturbed ? "  disturbed" : "")
        }
        let notes = [
            "", "Cycles per packet or key, median and least of all runs; \(hugepages ? "hugepages" : "4 KiB pages").",
            results.contains(where: \.disturbed) ? "disturbed: the core was lost to others in every run." : nil,
        ]
        return ([head] + body + notes.compactMap { $0 }).joined(separator: "\n")
    }

    private func row(_ name: String, _ variant: String, _ numbers: String...) -> String {
        let widths = [9, 9, 9, 14]
        let columns = zip(numbers, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }
        return pad(name, 16) + pad(variant, 11) + columns.joined()
    }

    private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
}
