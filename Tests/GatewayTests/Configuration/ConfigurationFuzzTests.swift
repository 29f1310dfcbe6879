import Gateway
import Testing

@Suite("Random configuration files")
struct ConfigurationFuzzTests {
    private static let fragments = [
        "", "«", "\t", "\n", "  ", ":", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "\"", "'", "#", "|", ">", "%", "!", "!!int ",
        "@", "`", "?", "? ",
        "---\n", "...\n", "~", "<<: ", "-1", "0", "99999999999999999999", "1e9", "::", "0.0.0.0/0", "255.255.255.255",
        "ff:ff:ff:ff:ff:ff",
        "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{E000}", "é", "🧱", "ports:", "name: lan0\n", "mtu: 1\n    mtu: 2\n",
        "remotes: []",
    ]

    /// The first once had a name of two lines in a message.
    @Test(
        "A mutated file gives a configuration or errors with places, and never a crash",
        arguments: [7_654_687_846_993_638_629, UInt64.random(in: .min ... .max)])
    func mutations(seed: UInt64) {
        print("configuration fuzz seed: \(seed)")
        var random = SeededRandom(state: seed)
        for _ in 0..<3000 {
            let text = mutated(ConfigurationCase.sample, random: &random)
            let reading = ConfigurationReader.read(text, machine: .sample)
            #expect((reading.configuration == nil) == !reading.errors.isEmpty, "seed \(seed)")
            #expect(reading.diagnostics.allSatisfy { $0.position.line >= 1 && $0.position.column >= 1 }, "seed \(seed)")
            #expect(reading.diagnostics.allSatisfy { !$0.rendered(file: "f").contains { $0.isNewline } }, "seed \(seed)")
        }
    }

    /// `text` with one to eight places cut, doubled, replaced or exchanged.
    private func mutated(_ text: String, random: inout SeededRandom) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let start = Int.random(in: 0...scalars.count, using: &random)
            let end = min(scalars.count, start + Int.random(in: 0...12, using: &random))
            let part = Array(scalars[start..<end])
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: part, at: Int.random(in: 0...scalars.count, using: &random))
            case 2: scalars.replaceSubrange(start..<end, with: Self.fragments.randomElement(using: &random)!.unicodeScalars)
            default: scalars.insert(contentsOf: Self.fragments.randomElement(using: &random)!.unicodeScalars, at: start)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }
}
