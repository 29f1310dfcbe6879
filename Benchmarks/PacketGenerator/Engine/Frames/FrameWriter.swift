import CShims
import Dataplane

/// Writes the headers of a stream's frames: a template is copied, then addresses, lengths and IPv4 checksums of the flow are patched in.
/// The payload behind the stamp is left as it is in the buffer.
///
/// A handle on the template's memory: copies share it.
package struct FrameWriter: BitwiseCopyable {
    /// Which way the stream goes: from local to remote hosts or back.
    package enum Heading: Sendable { case toRemote, toLocal }

    private static let templateBytes = 96

    package let layout: FrameLayout
    private let template: UnsafeMutableRawPointer
    private let isTagged: Bool
    private let isToRemote: Bool
    /// MACs of flow 0 as numbers.
    private let source: UInt64
    private let destination: UInt64
    private let sourceIPv4: UInt32
    private let destinationIPv4: UInt32
    private let networks: UInt32
    private let firstVLAN: UInt32
    private let firstVNI: UInt32
    private let vteps: UInt32
    private let firstVTEP: UInt32
    /// Sums of the IPv4 headers without what is patched.
    private let innerSum: UInt32
    private let outerSum: UInt32

    /// `vtepMAC`: the outer source. The outer destination is the gateway's MAC, zero while it is unknown.
    package init(_ plan: FlowPlan, _ outer: OuterPlan, layout: FrameLayout, heading: Heading, vtepMAC: MACAddress) {
        self.layout = layout
        isTagged = layout == .tagged
        isToRemote = heading == .toRemote
        (source, destination) = isToRemote ? (plan.localMAC.number, plan.remoteMAC.number) : (plan.remoteMAC.number, plan.localMAC.number)
        (sourceIPv4, destinationIPv4) = isToRemote ? (FlowPlan.localIPv4, FlowPlan.remoteIPv4) : (FlowPlan.remoteIPv4, FlowPlan.localIPv4)
        networks = UInt32(plan.networks)
        firstVLAN = UInt32(plan.vlans.lowerBound)
        firstVNI = plan.vniBase + UInt32(plan.vlans.lowerBound)
        vteps = UInt32(outer.vteps)
        firstVTEP = outer.firstVTEP
        innerSum = HeaderBytes.sum(HeaderBytes.ipv4(from: 0, to: 0))
        outerSum = HeaderBytes.sum(HeaderBytes.ipv4(from: 0, to: outer.gateway))
        let ports = isToRemote ? (FlowPlan.localPort, FlowPlan.remotePort) : (FlowPlan.remotePort, FlowPlan.localPort)
        let packet = HeaderBytes.ipv4(from: 0, to: 0) + HeaderBytes.udp(from: ports.0, to: ports.1)
        let bytes =
            isTagged
            ? HeaderBytes.ethernet(to: .zero, from: .zero, type: 0x8100) + [0, 0, 0x08, 0x00] + packet
            : FrameWriter.outer(outer, vtepMAC) + HeaderBytes.ethernet(to: .zero, from: .zero, type: 0x0800) + packet
        template = .allocate(byteCount: FrameWriter.templateBytes, alignment: 64)
        template.initializeMemory(as: UInt8.self, repeating: 0, count: FrameWriter.templateBytes)
        template.copyMemory(from: bytes, byteCount: bytes.count)
    }

    private static func outer(_ outer: OuterPlan, _ vtepMAC: MACAddress) -> [UInt8] {
        HeaderBytes.ethernet(to: outer.gatewayMAC ?? .zero, from: vtepMAC, type: 0x0800) + HeaderBytes.ipv4(from: 0, to: outer.gateway)
            + HeaderBytes.udp(from: 0, to: outer.udpPort) + [0x08, 0, 0, 0, 0, 0, 0, 0]
    }

    package func destroy() { template.deallocate() }

    /// `frame` has room for at least ``templateBytes``; `size` as in ``FrameSizes``.
    @_noLocks @_noAllocation @inline(__always)
    package func write(to frame: UnsafeMutableRawPointer, _ choice: FlowChoice, size: UInt32) {
        frame.put(template.load(as: SIMD32<UInt8>.self), 0)
        frame.put(template.load(fromByteOffset: 32, as: SIMD16<UInt8>.self), 32)
        let network = choice.flow % networks
        if isTagged {
            writeInner(frame, choice, size: size, ipv4: 18)
            frame.put(UInt16(truncatingIfNeeded: firstVLAN &+ network).bigEndian, 14)
        } else {
            frame.put(template.load(fromByteOffset: 48, as: SIMD16<UInt8>.self), 48)
            frame.put(template.load(fromByteOffset: 64, as: SIMD32<UInt8>.self), 64)
            writeOuter(frame, choice, size: size)
            frame.put(((firstVNI &+ network) &<< 8).bigEndian, 46)
            writeInner(frame + FrameLayout.outerBytes, choice, size: size, ipv4: 14)
        }
    }

    /// From the Ethernet header on; the IPv4 header is `ipv4` bytes behind it.
    @_noLocks @_noAllocation @inline(__always)
    private func writeInner(_ frame: UnsafeMutableRawPointer, _ choice: FlowChoice, size: UInt32, ipv4: Int) {
        let flow = UInt64(choice.flow)
        let from = (source &+ flow).byteSwapped &>> 16
        frame.put((destination &+ flow).byteSwapped &>> 16 | from &<< 48, 0)
        frame.put(UInt32(truncatingIfNeeded: from &>> 16), 8)
        let header = frame + ipv4
        // Ethernet header and FCS do not belong to the packet.
        let length = size &- 18
        let (a, b) = (sourceIPv4 &+ choice.flow, destinationIPv4 &+ choice.flow)
        let sum = innerSum &+ length &+ FrameWriter.halves(a) &+ FrameWriter.halves(b)
        header.put(UInt16(truncatingIfNeeded: length).bigEndian, 2)
        header.put(FrameWriter.checksum(sum), 10)
        header.put(a.bigEndian, 12)
        header.put(b.bigEndian, 16)
        let port = UInt16(truncatingIfNeeded: UInt32(FlowPlan.localPort) &+ choice.port)
        header.put(port.bigEndian, isToRemote ? 20 : 22)
        header.put(UInt16(truncatingIfNeeded: length &- 20).bigEndian, 24)
    }

    @_noLocks @_noAllocation @inline(__always)
    private func writeOuter(_ frame: UnsafeMutableRawPointer, _ choice: FlowChoice, size: UInt32) {
        let vtep = firstVTEP &+ (choice.flow / networks) % vteps
        // IPv4, UDP, VXLAN and the inner frame without its FCS.
        let length = size &+ 32
        frame.put(UInt16(truncatingIfNeeded: length).bigEndian, 16)
        frame.put(FrameWriter.checksum(outerSum &+ length &+ FrameWriter.halves(vtep)), 24)
        frame.put(vtep.bigEndian, 26)
        // As a VTEP would: one source port for each inner flow (RFC 7348 section 5).
        let hash = (choice.flow &+ choice.port &<< 16) &* 0x9E37_79B1
        frame.put((0xC000 | UInt16(truncatingIfNeeded: hash &>> 18)).bigEndian, 34)
        frame.put(UInt16(truncatingIfNeeded: length &- 20).bigEndian, 38)
    }

    @_noLocks @_noAllocation @inline(__always)
    private static func halves(_ address: UInt32) -> UInt32 { address &>> 16 &+ (address & 0xFFFF) }

    /// The header checksum for a sum of its words, in network order.
    @_noLocks @_noAllocation @inline(__always)
    private static func checksum(_ sum: UInt32) -> UInt16 {
        var sum = (sum & 0xFFFF) &+ (sum &>> 16)
        sum = (sum & 0xFFFF) &+ (sum &>> 16)
        return (~UInt16(truncatingIfNeeded: sum)).bigEndian
    }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    func put<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) { storeBytes(of: value, toByteOffset: offset, as: Value.self) }
}
