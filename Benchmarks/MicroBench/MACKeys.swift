import BenchSupport
import Dataplane

/// Keys of a MAC table in random order, in a length that bursts divide.
struct MACKeys {
    static let burst = 32

    let keys: UnsafeMutablePointer<MACKey>
    /// Different keys, and keys with the first ones repeated to fill the last burst.
    let entries: Int
    let count: Int

    init(entries: Int, seed: UInt64) {
        self.entries = entries
        count = (entries + MACKeys.burst - 1) / MACKeys.burst * MACKeys.burst
        let traffic = Traffic(pairs: entries, networks: min(10, entries))
        var generator = SplitMix64(seed: seed)
        let order = (0..<entries).shuffled(using: &generator)
        keys = .allocate(capacity: count)
        for position in 0..<count {
            let pair = order[position % entries]
            keys.advanced(by: position).initialize(
                to: MACKey(network: Topology.index(traffic.network(pair)), mac: traffic.localMAC(pair)))
        }
    }

    /// What is stored for a key.
    func destination(_ position: Int) -> Destination { .tunnel(TunnelIndex(UInt16(position % entries % 4000 + 1))) }

    func destroy() { keys.deallocate() }
}

/// A position in a sequence of bursts that begins anew at its end.
struct Cursor {
    private(set) var position = 0
    let count: Int

    init(count: Int) { self.count = count }

    /// The start of the next burst. True when all bursts were taken and it is the first again.
    mutating func next(_ burst: Int) -> (start: Int, wrapped: Bool) {
        let wrapped = position + burst > count
        let start = wrapped ? 0 : position
        position = start + burst
        return (start, wrapped)
    }
}
