import BenchSupport
import Glibc

/// A random generator whose seed is printed; `SEED=n swift test` repeats a run.
func seededRandom(_ what: String) -> SplitMix64 {
    var system = SystemRandomNumberGenerator()
    let seed = getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? system.next()
    print("\(what): SEED=\(seed)")
    return SplitMix64(seed: seed)
}
