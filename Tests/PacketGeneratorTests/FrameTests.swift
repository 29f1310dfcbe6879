import CShims
import Dataplane
import PacketGenerator
import Testing

@Suite("Frames")
struct FrameTests {
    private static let vtepMAC = MACAddress(2, 0, 0, 0, 0, 9)
    private static let gatewayMAC = MACAddress(2, 0, 0, 0, 0, 1)

    private var plan: FlowPlan {
        var plan = FlowPlan()
        plan.flows = 1_000_000
        plan.vlans = 100...199
        plan.udpFlows = 16
        return plan
    }

    private var outer: OuterPlan {
        var outer = OuterPlan()
        outer.gatewayMAC = FrameTests.gatewayMAC
        outer.vteps = 7
        return outer
    }

    /// A frame as it would be sent, stamped.
    private func frame(
        _ layout: FrameLayout, _ heading: FrameWriter.Heading, flow: Int, port: UInt32 = 0, size: Int = 64, sequence: UInt64 = 0
    ) -> [UInt8] {
        let writer = FrameWriter(plan, outer, layout: layout, heading: heading, vtepMAC: FrameTests.vtepMAC)
        defer { writer.destroy() }
        return [UInt8](unsafeUninitializedCapacity: 10_000) { buffer, count in
            let start = UnsafeMutableRawPointer(buffer.baseAddress!)
            start.initializeMemory(as: UInt8.self, repeating: 0xEE, count: buffer.count)
            writer.write(to: start, FlowChoice(flow: UInt32(flow), port: port), size: UInt32(size))
            Stamp.write(start + layout.stamp, tag: 0x1234, sequence: sequence)
            Stamp.write(start + layout.stamp, time: 0xABCD_EF01_2345)
            count = layout.byteCount(size: size)
        }
    }

    private func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 | Int($1) } }

    private func isSound(_ bytes: [UInt8], ipv4 offset: Int) -> Bool {
        var sum = stride(from: offset, to: offset + 20, by: 2).reduce(0) { $0 + number(bytes, $1..<$1 + 2) }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
        let length = number(bytes, offset + 2..<offset + 4)
        return sum == 0xFFFF && offset + length == bytes.count && number(bytes, offset + 24..<offset + 26) == length - 20
    }

    @Test("The smallest frame has 64 bytes with its tag and 110 in a tunnel, FCS not counted")
    func smallest() {
        #expect(frame(.tagged, .toRemote, flow: 0).count == 64)
        #expect(frame(.vxlan, .toLocal, flow: 0).count == 110)
        #expect(FrameLayout.tagged.stamp + Stamp.byteCount == 64)
    }

    @Test("A tagged frame goes from its local to its remote host, in its VLAN")
    func tagged() {
        let bytes = frame(.tagged, .toRemote, flow: 0x0001_0203, port: 5, size: 200)
        #expect(Array(bytes[0..<12]) == [0x02, 0xBB, 0, 1, 2, 3, 0x02, 0xAA, 0, 1, 2, 3])
        #expect(number(bytes, 12..<14) == 0x8100)
        #expect(number(bytes, 14..<16) == Int(plan.vlan(ofFlow: 0x0001_0203)))
        #expect(number(bytes, 16..<18) == 0x0800)
        #expect(isSound(bytes, ipv4: 18))
        #expect(Array(bytes[30..<38]) == [10, 65, 2, 3, 10, 129, 2, 3])
        #expect(number(bytes, 38..<40) == 49_157 && number(bytes, 40..<42) == 9)
    }

    @Test("A VXLAN packet goes from its VTEP to the gateway, and inside from the remote to the local host")
    func vxlan() {
        let bytes = frame(.vxlan, .toLocal, flow: 0x0001_0203, port: 5, size: 1518)
        #expect(Array(bytes[0..<14]) == FrameTests.gatewayMAC.octets + FrameTests.vtepMAC.octets + [0x08, 0x00])
        #expect(isSound(bytes, ipv4: 14) && isSound(bytes, ipv4: 64))
        #expect(number(bytes, 26..<30) == Int(outer.vtep(ofFlow: 0x0001_0203, networks: 100)))
        #expect(number(bytes, 30..<34) == 0xC000_0201)
        #expect(number(bytes, 34..<36) >= 49_152 && number(bytes, 36..<38) == 4789)
        #expect(number(bytes, 40..<42) == 0)
        #expect(bytes[42] == 0x08 && number(bytes, 46..<49) == Int(plan.vni(ofFlow: 0x0001_0203)))
        #expect(Array(bytes[50..<62]) == [0x02, 0xAA, 0, 1, 2, 3, 0x02, 0xBB, 0, 1, 2, 3])
        #expect(Array(bytes[76..<84]) == [10, 129, 2, 3, 10, 65, 2, 3])
        #expect(number(bytes, 84..<86) == 9 && number(bytes, 86..<88) == 49_157)
    }

    @Test("Checksums and lengths are right for any flow and size")
    func checksums() {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<2000 {
            let flow = Int.random(in: 0..<plan.flows, using: &generator)
            let size = Int.random(in: FrameSizes.range, using: &generator)
            let port = UInt32.random(in: 0..<16, using: &generator)
            #expect(isSound(frame(.tagged, .toRemote, flow: flow, port: port, size: size), ipv4: 18), "flow \(flow), size \(size)")
            let packet = frame(.vxlan, .toLocal, flow: flow, port: port, size: size)
            #expect(isSound(packet, ipv4: 14) && isSound(packet, ipv4: 64), "flow \(flow), size \(size)")
        }
    }

    @Test("A UDP flow keeps its outer source port, others have others")
    func entropy() {
        let ports = (0..<64).map { number(frame(.vxlan, .toLocal, flow: $0, port: 3), 34..<36) }
        #expect(ports == (0..<64).map { number(frame(.vxlan, .toLocal, flow: $0, port: 3, size: 512), 34..<36) })
        #expect(Set(ports).count > 60)
    }

    @Test("A stamp reads back as it was written")
    func stamp() {
        let sequence: UInt64 = 0xFEDC_BA98_7654
        let bytes = frame(.tagged, .toRemote, flow: 1, sequence: sequence)
        bytes.withUnsafeBytes { raw in
            let stamp = raw.baseAddress! + FrameLayout.tagged.stamp
            let head = Stamp.head(stamp)
            #expect(Stamp.isValid(head) && Stamp.tag(head) == 0x1234)
            #expect(Stamp.sequence(stamp, head: head) == sequence)
            #expect(Stamp.time(stamp) == 0xABCD_EF01_2345)
        }
    }

    @Test("A frame in the wrong VLAN, with the wrong VNI or of no flow of the plan is found out")
    func places() {
        for (layout, heading, at) in [(FrameLayout.tagged, FrameWriter.Heading.toLocal, 15), (.vxlan, .toRemote, 48)] {
            let check = PlaceCheck(plan, layout: layout, heading: heading)
            var bytes = frame(layout, heading, flow: 12_345)
            #expect(bytes.withUnsafeBytes { check.accepts($0.baseAddress!) })
            bytes[at] ^= 1
            #expect(!bytes.withUnsafeBytes { check.accepts($0.baseAddress!) })
            bytes[at] ^= 1
            bytes[layout.ethernet + 7] ^= 0x10
            #expect(!bytes.withUnsafeBytes { check.accepts($0.baseAddress!) })
        }
    }

    @Test("ARP requests and replies read back, other frames do not")
    func arp() throws {
        let request = ARP.request(for: 0xC000_0201, from: 0xC000_0202, mac: FrameTests.vtepMAC)
        let question = try #require(request.withUnsafeBytes(ARP.parse))
        #expect(question.isRequest && question.senderMAC == FrameTests.vtepMAC)
        #expect(question.sender == 0xC000_0202 && question.target == 0xC000_0201)
        let answer = try #require(ARP.reply(to: question, mac: FrameTests.gatewayMAC).withUnsafeBytes(ARP.parse))
        #expect(!answer.isRequest && answer.senderMAC == FrameTests.gatewayMAC)
        #expect(answer.sender == 0xC000_0201 && answer.target == 0xC000_0202)
        #expect(request.dropLast().withUnsafeBytes(ARP.parse) == nil)
        #expect(frame(.tagged, .toRemote, flow: 0).withUnsafeBytes(ARP.parse) == nil)
    }
}
