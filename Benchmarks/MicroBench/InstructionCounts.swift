import BenchSupport
import FoundationEssentials

/// Instructions per packet, from the file that `scripts/check-instructions` keeps.
struct InstructionCounts: Decodable {
    /// By direction, then by stage.
    private let instructionsPerPacket: [String: [String: Double]]

    init(path: String) throws {
        guard let text = SmallFile.read(path) else {
            throw BenchError("there is no file \(path): scripts/check-instructions --update writes one")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let counts = try? decoder.decode(InstructionCounts.self, from: Data(text.utf8)) else {
            throw BenchError("\(path) is not what scripts/check-instructions --update writes")
        }
        self = counts
    }

    /// `name` is a benchmark's, such as `stage_lookup`.
    subscript(name: String, variant: String) -> Double? { instructionsPerPacket[variant]?[name] }
}
