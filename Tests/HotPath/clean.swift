// A worker that does nothing wrong, and has a switch that becomes a jump table. Compiled as module Dataplane.

public struct Worker {
    let memory: UnsafeMutablePointer<Int>
    var rounds = 0

    @inline(never) func choose(_ value: Int) -> Int {
        switch memory[value] {
        case 0: memory[17] &* 3
        case 1: memory[3] &+ memory[2]
        case 2: memory[5] ^ 0x55
        case 3: memory[7] &- memory[1]
        case 4: memory[11] & memory[6]
        case 5: memory[13] | 0x1000
        case 6: memory[memory[9] & 15]
        default: 0
        }
    }

    @inline(never) public mutating func poll() -> Int {
        rounds &+= choose(rounds & 15)
        return rounds
    }

    @inline(never) public mutating func run() {
        while poll() != 0 {}
    }
}

@main
enum Main {
    static func main() {
        let memory = UnsafeMutablePointer<Int>.allocate(capacity: 32)
        memory.initialize(repeating: 0, count: 32)
        var worker = Worker(memory: memory)
        worker.run()
    }
}
