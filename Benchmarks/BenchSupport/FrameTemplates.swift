import Dataplane

/// The headers of a stream's frames, one template for each length and VTEP, without what differs from pair to pair.
struct FrameTemplates {
    /// Bytes from one template to the next, and bytes that are copied of each: the headers, and a little of what follows.
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

    init(_ kind: SyntheticSource.Kind, _ traffic: Traffic, stream: Int) {
        let isTunnel = if case .pairs(.decap) = kind { true } else { false }
        lengthCount = traffic.size.lengths.count
        vtepCount = isTunnel ? traffic.vteps : 1
        (etherOffset, ipOffset, networkOffset) = isTunnel ? (50, 64, 46) : (0, 18, 14)
        headers = .allocate(byteCount: lengthCount * vtepCount * FrameTemplates.stride, alignment: 64)
        frameBytes = .allocate(capacity: lengthCount * vtepCount)
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
    }

    func destroy() {
        headers.deallocate()
        frameBytes.deallocate()
    }
}
