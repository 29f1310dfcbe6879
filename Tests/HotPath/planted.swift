// A worker that does, one function each, what no worker may. Compiled as module Dataplane by test_check_hot_path.py, so that its symbols
// are those of the real one.

import Glibc
import Synchronization

public final class Box {
    public var value = 0
    public init() {}
}

public let lazyTable: [Int] = (0..<Int(getpid())).map { $0 }

public struct Worker {
    let box = Box()
    let kept = UnsafeMutablePointer<Box?>.allocate(capacity: 1)
    let counter = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: 1)
    let hook = UnsafeMutablePointer<@convention(c) (Int32) -> Int32>.allocate(capacity: 1)
    var rounds = 0

    @inline(never) func retains() { kept.pointee = box }
    @inline(never) func allocates() { kept.pointee = Box() }
    @inline(never) func accesses() { Worker.change(&box.value) }
    @inline(never) @_optimize(none) static func change(_ value: inout Int) { value += 1 }
    @inline(never) func initialisesLazily() -> Int { lazyTable.count }
    @inline(never) func takesHeap() -> Int { Int(bitPattern: malloc(rounds)) & 1 }
    @inline(never) func jumpsToHeap() -> UnsafeMutableRawPointer? { malloc(rounds) }
    @inline(never) func prints() { print(rounds) }
    @inline(never) func asksKernel() -> Int { Int(getppid()) + 1 }
    @inline(never) func sleeps() -> Int {
        var time = timespec(tv_sec: 0, tv_nsec: 1)
        return Int(nanosleep(&time, nil)) + 1
    }
    @inline(never) func callsPointer() -> Int { Int(hook.pointee(1)) + 1 }
    @inline(never) func locks() { counter.pointee.add(1, ordering: .relaxed) }

    @inline(never) func goesDeep() -> Int { deeper() + 1 }
    @inline(never) func deeper() -> Int { deepest() + 1 }
    @inline(never) func deepest() -> Int { Int(bitPattern: calloc(1, rounds)) & 1 }

    @inline(never) public mutating func poll() -> Int {
        retains()
        allocates()
        accesses()
        prints()
        locks()
        rounds += initialisesLazily() + takesHeap() + asksKernel() + sleeps() + callsPointer() + goesDeep()
        return Int(bitPattern: jumpsToHeap())
    }

    @inline(never) public mutating func run() {
        while poll() != 0 {}
    }
}

@main
enum Main {
    static func main() {
        var worker = Worker()
        worker.run()
    }
}
