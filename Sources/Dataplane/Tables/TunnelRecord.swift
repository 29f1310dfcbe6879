import CShims

/// A remote VTEP, or a multicast group, as workers use it: the outer headers, ready but for the fields that differ between packets.
///
/// The first cache line is all that a plain tunnel needs: IPv4, one way out, no outer tag, no UDP checksum, DF set. A tunnel that is plain but for being over
/// IPv6 needs the second as well. What others need is behind it. A tunnel with several ways out is a head, whose ``innerMaximum`` is 0, and behind it in
/// memory a record for each way.
///
/// Never changed after it is published: control publishes another record and frees this one after a quiescent state.
package struct TunnelRecord: BitwiseCopyable {
    enum Shape: UInt8, BitwiseCopyable {
        /// No way out works: packets are dropped, nobody waits.
        case unresolved
        /// The fast path's.
        case plain
        case ipv4, ipv6
        /// A head: see ``TunnelRecord/way(_:)``.
        case spread
    }

    /// Ethernet 14, IPv4 20 and UDP 8 bytes; writes them with the network's ``VXLANHeader`` behind, 50 in all.
    package let header: OuterHeader
    /// Flags for the device that is to compute outer checksums; 0 where it does not.
    let offloadFlags: UInt64
    /// Largest inner frame, in bytes without tag, that a plain tunnel takes, and one that is plain but over IPv6, which may have UDP checksums; 0 for all others,
    /// which are looked at out of line.
    let innerMaximum: UInt16
    let innerMaximum6: UInt16
    /// Port towards the next hop.
    package let port: UInt16
    let shape: Shape
    let udpChecksum: OuterFields.UDPChecksum

    // The second cache line.
    let header6: OuterHeader6
    // The third one.
    let more: More

    /// What only other than plain tunnels need.
    struct More: BitwiseCopyable {
        /// Largest inner frame, in bytes without tag, that fits the underlay port's MTU.
        var frameMaximum: UInt32 = 0
        /// Sum of what UDP checksums over IPv6 cover beside the datagram, but for its length (RFC 8200 section 8.1).
        var pseudoSum6: UInt32 = 0
        /// The outer tag's four bytes as they lie in memory; 0 = untagged.
        var tag: UInt32 = 0
        /// Its priority is the upper three bits of the traffic class that is copied.
        var priorityFollowsDSCP = false
        var dontFragment = OuterFields.DontFragment.set
        /// Bits of the inner packet's traffic class that the outer one takes over.
        var copiedBits: UInt8 = 0
        /// Bits of it that are the frame's 802.1p priority.
        var priorityBits: UInt8 = 0
        /// Of a head: the number of ways, and whether one of them works.
        var wayCount: UInt8 = 0
        var hasWorkingWay = false
    }

    package static let bucketCount = 256
}

extension TunnelRecord {
    /// Where one way out of a tunnel leads. Addresses of the same family. `nextHopMAC` is `nil` while it is not known.
    package init(
        port: PortIndex, nextHopMAC: MACAddress?, portMAC: MACAddress, source: UnderlayAddress, destination: UnderlayAddress,
        udpPort: UInt16, mtu: Int, fields: OuterFields
    ) {
        let isIPv4 = destination.isIPv4
        let mac = nextHopMAC ?? .zero
        header = OuterHeader(
            destinationMAC: mac, sourceMAC: portMAC, source: source.ipv4 ?? 0, destination: destination.ipv4 ?? 0, udpPort: udpPort,
            fields: fields)
        header6 = OuterHeader6(
            destinationMAC: mac, sourceMAC: portMAC, source: source, destination: destination, udpPort: udpPort, fields: fields)
        self.port = port.rawValue
        udpChecksum = fields.udpChecksum
        shape = nextHopMAC == nil ? .unresolved : !isIPv4 ? .ipv6 : fields.isPlain ? .plain : .ipv4
        let frameMaximum = max(0, mtu - (isIPv4 ? OuterHeader.mtuOverhead : OuterHeader6.mtuOverhead))
        innerMaximum = shape == .plain ? UInt16(frameMaximum) : 0
        innerMaximum6 = shape == .ipv6 && fields.isPlainIPv6 ? UInt16(frameMaximum) : 0
        offloadFlags = TunnelRecord.offloadFlags(isIPv4: isIPv4, fields)
        more = More(
            frameMaximum: UInt32(frameMaximum), pseudoSum6: TunnelRecord.pseudoSum6(source, destination),
            tag: fields.tagControl.map { UInt32(EtherType.vlan) | UInt32($0.byteSwapped) << 16 } ?? 0,
            priorityFollowsDSCP: fields.priorityFollowsDSCP && !fields.hasFixedDSCP, dontFragment: fields.dontFragment,
            copiedBits: fields.copiedBits, priorityBits: fields.priorityBits)
    }

    /// A plain tunnel over IPv4; addresses as numbers, 192.0.2.1 is 0xC000_0201.
    package init(
        port: PortIndex, nextHopMAC: MACAddress?, portMAC: MACAddress, source: UInt32, destination: UInt32, udpPort: UInt16, mtu: Int,
        hardwareChecksum: Bool
    ) {
        var fields = OuterFields()
        fields.deviceIPv4Checksum = hardwareChecksum
        self.init(
            port: port, nextHopMAC: nextHopMAC, portMAC: portMAC, source: UnderlayAddress(ipv4: source),
            destination: UnderlayAddress(ipv4: destination), udpPort: udpPort, mtu: mtu, fields: fields)
    }

    /// The head of several ways.
    fileprivate init(headOf ways: [TunnelRecord]) {
        header = OuterHeader()
        header6 = OuterHeader6()
        offloadFlags = 0
        innerMaximum = 0
        innerMaximum6 = 0
        port = 0
        shape = .spread
        udpChecksum = .none
        more = More(wayCount: UInt8(ways.count), hasWorkingWay: ways.contains(where: \.isResolved))
    }

    private static func pseudoSum6(_ source: UnderlayAddress, _ destination: UnderlayAddress) -> UInt32 {
        let words = [source.front, source.back, destination.front, destination.back].flatMap { word in
            (0..<4).map { UInt32(word >> (16 * UInt64($0)) & 0xFFFF) }
        }
        return words.reduce(UInt32(UInt16(17).bigEndian), +)
    }

    private static func offloadFlags(isIPv4: Bool, _ fields: OuterFields) -> UInt64 {
        let checksums =
            (isIPv4 && fields.deviceIPv4Checksum ? VD_TX_OUTER_IP_CKSUM : 0)
            | (fields.udpChecksum == .device ? VD_TX_OUTER_UDP_CKSUM : 0)
        return checksums == 0 ? 0 : VD_TX_TUNNEL_VXLAN | (isIPv4 ? VD_TX_OUTER_IPV4 : VD_TX_OUTER_IPV6) | checksums
    }

    /// The headers as on the wire, with what differs between packets zero. For tests and listings.
    package var template: [UInt8] { shape == .ipv6 ? header6.template : header.template }

    /// Whether packets can leave, by at least one way.
    package var isResolved: Bool { shape == .spread ? more.hasWorkingWay : shape != .unresolved }
}

// Memory: a record; or a head, the way of each bucket, and the ways.
extension TunnelRecord {
    private static let waysOffset = MemoryLayout<TunnelRecord>.stride + bucketCount

    /// Memory with a record of one way, or of several: `buckets` has ``bucketCount`` positions in `ways`. A bucket is a share of the flows.
    static func allocate(ways: [TunnelRecord], buckets: [Int]) -> UnsafeMutableRawPointer {
        let stride = MemoryLayout<TunnelRecord>.stride
        guard ways.count > 1 else {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: stride, alignment: 64)
            memory.storeBytes(of: ways[0], as: TunnelRecord.self)
            return memory
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: waysOffset + stride * ways.count, alignment: 64)
        memory.storeBytes(of: TunnelRecord(headOf: ways), as: TunnelRecord.self)
        for (bucket, way) in buckets.enumerated() { memory.storeBytes(of: UInt8(way), toByteOffset: stride + bucket, as: UInt8.self) }
        for (way, record) in ways.enumerated() {
            memory.storeBytes(of: record, toByteOffset: waysOffset + stride * way, as: TunnelRecord.self)
        }
        return memory
    }

    /// The way that a flow takes from a head.
    @_noLocks @_noAllocation @inline(__always)
    static func way(_ head: UnsafePointer<TunnelRecord>, hash: UInt64) -> UnsafePointer<TunnelRecord> {
        let bucket = Int(truncatingIfNeeded: hash &>> 40) & (bucketCount &- 1)
        let memory = UnsafeRawPointer(head)
        let way = Int(memory.load(fromByteOffset: MemoryLayout<TunnelRecord>.stride &+ bucket, as: UInt8.self))
        return (memory + (waysOffset &+ MemoryLayout<TunnelRecord>.stride &* way)).assumingMemoryBound(to: TunnelRecord.self)
    }

    /// The records of all ways: of a tunnel with one, itself.
    static func ways(_ record: UnsafePointer<TunnelRecord>) -> [TunnelRecord] {
        guard record.pointee.shape == .spread else { return [record.pointee] }
        let first = (UnsafeRawPointer(record) + waysOffset).assumingMemoryBound(to: TunnelRecord.self)
        return (0..<Int(record.pointee.more.wayCount)).map { first[$0] }
    }

    /// The way of each bucket, of `wayCount` ways of which those in `working` can be used. A bucket stays with the way that is its own while that works, so only flows
    /// of one that does not are moved, evenly over the others, and only they come back.
    package static func buckets(wayCount: Int, working: [Int]) -> [Int] {
        (0..<bucketCount).map { bucket in
            let own = bucket % wayCount
            return working.contains(own) || working.isEmpty ? own : working[bucket / wayCount % working.count]
        }
    }
}
