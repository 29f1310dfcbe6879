import Dataplane

/// The headers of a stream's frames, one template for each length and VTEP, without what differs from pair to pair.
struct FrameTemplates {
    /// Bytes from one template to the next, and bytes that are copied of each: over IPv6 exactly the headers, over IPv4 a little more. What follows is
    /// zero, as it is in buffers that nothing else was written into.
    static let stride = 128
    static let byteCount = 112

    let headers: UnsafeMutableRawPointer
    /// Bytes of the whole frame in memory, a number for each template.
    let frameBytes: UnsafeMutablePointer<UInt16>
    let lengthCount: Int
    /// Templates for each length: one on the access side, one for each VTEP on the underlay.
    let vtepCount: Int
    /// Where the inner Ethernet header starts, and the IPv4 header between the hosts.
    let etherOffset: Int
    let ipOffset: Int
    /// Where the network's 802.1Q tag control or VNI stands.
    let networkOffset: Int
    /// Where the outer UDP header starts, 0 on the access side.
    let udpOffset: Int
    /// What outer UDP checksums cover beside the bytes that are copied, a sum for each template; `nil` where there are no checksums.
    let checksumBases: UnsafeMutablePointer<UInt64>?

    init(_ kind: SyntheticSource.Kind, _ traffic: Traffic, stream: Int) {
        let isTunnel = if case .pairs(.decap) = kind { true } else { false }
        lengthCount = traffic.size.lengths.count
        vtepCount = isTunnel ? traffic.vteps : 1
        let innerOffset = traffic.underlay.innerOffset
        (etherOffset, ipOffset, networkOffset) = isTunnel ? (innerOffset, innerOffset + 14, innerOffset - 4) : (0, 18, 14)
        udpOffset = isTunnel ? traffic.underlay.udpOffset : 0
        headers = .allocate(byteCount: lengthCount * vtepCount * FrameTemplates.stride, alignment: 64)
        frameBytes = .allocate(capacity: lengthCount * vtepCount)
        checksumBases = isTunnel && traffic.underlay.hasChecksum ? .allocate(capacity: lengthCount * vtepCount) : nil
        for (position, length) in traffic.size.lengths.enumerated() {
            for vtep in 0..<vtepCount {
                let frame = FrameTemplates.frame(isTunnel ? .decap : .encap, traffic, stream * traffic.vteps + vtep, length)
                set(position * vtepCount + vtep, frame)
            }
        }
    }

    /// A frame that comes through this VTEP.
    private static func frame(_ direction: Direction, _ traffic: Traffic, _ vtep: Int, _ length: Int) -> [UInt8] {
        // Any pair will do where there is one; with few pairs a VTEP may have none, and is never chosen.
        let pair = direction == .encap ? 0 : (0..<traffic.pairs).first { traffic.vtep($0) == vtep }
        return traffic.frame(direction, pair ?? 0, length: length)
    }

    private func set(_ index: Int, _ frame: [UInt8]) {
        let template = headers + index * FrameTemplates.stride
        frame.withUnsafeBytes { template.copyMemory(from: $0.baseAddress!, byteCount: min(frame.count, FrameTemplates.stride)) }
        if frame.count < FrameTemplates.stride {
            (template + frame.count).initializeMemory(as: UInt8.self, repeating: 0, count: FrameTemplates.stride - frame.count)
        }
        frameBytes[index] = UInt16(frame.count)
        if let checksumBases { checksumBases[index] = takeChecksum(template) }
    }

    /// Takes a template's outer UDP checksum away; returns what of it does not come from the bytes that are copied.
    private func takeChecksum(_ template: UnsafeMutableRawPointer) -> UInt64 {
        let checksum = template.load(fromByteOffset: udpOffset + 6, as: UInt16.self)
        template.storeBytes(of: 0, toByteOffset: udpOffset + 6, as: UInt16.self)
        // To take away is to add the complement (RFC 1071).
        return UInt64(~checksum) + UInt64(~FrameTemplates.sum(template, from: udpOffset))
    }

    /// One's complement sum of what is copied from `offset` on, as it lies in memory, added to `base` and folded to 16 bits.
    @inline(__always)
    static func sum(_ frame: UnsafeRawPointer, from offset: Int, base: UInt64 = 0) -> UInt16 {
        var sum = base
        var offset = offset
        while offset < byteCount {
            sum &+= UInt64(frame.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            offset &+= 2
        }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) &+ (sum &>> 16) }
        return UInt16(truncatingIfNeeded: sum)
    }

    func destroy() {
        headers.deallocate()
        frameBytes.deallocate()
        checksumBases?.deallocate()
    }
}
