import Dataplane
import PacketGenerator
import Testing

@Suite("Flows")
struct FlowTests {
    private func plan(_ flows: Int, udpFlows: Int = 1, isRandom: Bool = true, seed: UInt64 = 7) -> FlowPlan {
        var plan = FlowPlan()
        plan.flows = flows
        plan.udpFlows = udpFlows
        plan.isRandom = isRandom
        plan.seed = seed
        return plan
    }

    @Test("In sequence, every pair is visited before the next UDP flow of any")
    func sequential() {
        var sequence = FlowSequence(plan(3, udpFlows: 2, isRandom: false))
        let choices = (0..<7).map { _ in sequence.next() }
        #expect(choices.map(\.flow) == [0, 1, 2, 0, 1, 2, 0])
        #expect(choices.map(\.port) == [0, 0, 0, 1, 1, 1, 0])
    }

    @Test("At random, all flows occur about equally often")
    func random() {
        var sequence = FlowSequence(plan(100, udpFlows: 4))
        var counts = [Int](repeating: 0, count: 400)
        for _ in 0..<400_000 {
            let choice = sequence.next()
            counts[Int(choice.flow) * 4 + Int(choice.port)] += 1
        }
        // Standard deviation 32; the seed is fixed.
        #expect(counts.allSatisfy { (850...1150).contains($0) })
    }

    @Test("A seed gives the same order again, another seed or stream another one")
    func seeds() {
        let order = { (plan: FlowPlan, salt: UInt64) in
            var sequence = FlowSequence(plan, salt: salt)
            return (0..<20).map { _ in sequence.next().flow }
        }
        #expect(order(plan(1000), 0) == order(plan(1000), 0))
        #expect(order(plan(1000), 0) != order(plan(1000), 1))
        #expect(order(plan(1000), 0) != order(plan(1000, seed: 8), 0))
    }

    @Test("Pairs are dealt out over VLANs, and those of a VLAN over VTEPs")
    func networks() {
        var plan = plan(12)
        plan.vlans = 100...101
        var outer = OuterPlan()
        outer.vteps = 3
        #expect((0..<4).map(plan.vlan(ofFlow:)) == [100, 101, 100, 101])
        #expect((0..<4).map(plan.vni(ofFlow:)) == [10_100, 10_101, 10_100, 10_101])
        let vteps = stride(from: 0, to: 12, by: 2).map { outer.vtep(ofFlow: $0, networks: plan.networks) - outer.firstVTEP }
        #expect(vteps == [0, 1, 2, 0, 1, 2])
    }

    @Test("What cannot be is refused")
    func refusals() {
        func refused(_ change: (inout FlowPlan) -> Void) -> Bool {
            var plan = FlowPlan()
            change(&plan)
            return (try? plan.check()) == nil
        }
        #expect(!refused { _ in })
        #expect(refused { $0.flows = 0 })
        #expect(refused { $0.flows = FlowPlan.flowsMaximum + 1 })
        #expect(refused { $0.udpFlows = 0 })
        #expect(refused { $0.vlans = 0...10 })
        #expect(refused { $0.vlans = 1...4095 })
        #expect(refused { $0.vniBase = VNI.maximum })
        #expect(refused { $0.localMAC = MACAddress(1, 0, 0, 0, 0, 0) })
        #expect(refused { $0.remoteMAC = $0.localMAC })
        #expect(refused { $0.localMAC = MACAddress(0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF) })
    }
}
