/// What to measure, from the command line.
struct Options {
    enum Direction: String, CaseIterable {
        case encap, decap
    }

    var direction = Direction.encap
    /// Pairs of hosts, one behind the access port and one behind a tunnel: two entries of the MAC table each, one frame in the stream.
    var macs = 1000
    var networks = 10
    /// Length of one measurement of one candidate.
    var seconds = 1.0
    var repeats = 7
    var core = 1
    var usesHugepages = false
    var seed: UInt64 = 1
    var asJSON = false
    /// Where to write the stream, instead of measuring.
    var framesFile: String?

    static let usage = """
        usage: viaduct-bench [--direction encap|decap] [--macs N] [--networks N] [--seconds S] [--repeats N]
                             [--core N] [--hugepages] [--seed N] [--json]
               viaduct-bench --frames FILE [--direction encap|decap] [--macs N] [--networks N] [--seed N]
        """

    init(_ arguments: some Sequence<String>) throws {
        var iterator = arguments.makeIterator()
        while let name = iterator.next() {
            switch name {
            case "--direction": direction = try Options.value(name, iterator.next(), Direction.init)
            case "--macs": macs = try Options.value(name, iterator.next()) { Options.number($0, 1...1_000_000) }
            case "--networks": networks = try Options.value(name, iterator.next()) { Options.number($0, 1...4000) }
            case "--seconds": seconds = try Options.value(name, iterator.next(), Options.seconds)
            case "--repeats": repeats = try Options.value(name, iterator.next()) { Options.number($0, 1...1000) }
            case "--core": core = try Options.value(name, iterator.next()) { Options.number($0, 0...1023) }
            case "--seed": seed = try Options.value(name, iterator.next(), UInt64.init)
            case "--frames": framesFile = try Options.value(name, iterator.next()) { $0 }
            case "--hugepages": usesHugepages = true
            case "--json": asJSON = true
            default: throw BenchError.usage("unknown argument \"\(name)\"")
            }
        }
    }

    private static func value<Value>(_ name: String, _ text: String?, _ read: (String) -> Value?) throws -> Value {
        guard let text, let value = read(text) else { throw BenchError.usage("\(name) cannot be \"\(text ?? "")\"") }
        return value
    }

    private static func seconds(_ text: String) -> Double? { Double(text).flatMap { (0.1...3600).contains($0) ? $0 : nil } }

    private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? { Int(text).flatMap { range.contains($0) ? $0 : nil } }
}

enum BenchError: Error {
    case usage(String)
    case failed(String)
}
