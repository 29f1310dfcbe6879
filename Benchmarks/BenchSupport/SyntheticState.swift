import CShims
import Dataplane

/// What a synthetic source knows, and its loop.
struct SyntheticState {
    var remaining: UInt64
    private var generator: SplitMix64
    /// The pair of the next newcomer.
    private var newcomer: UInt32
    private let givesNewcomers: Bool
    private let isTunnel: Bool
    /// All ones where every frame is a broadcast.
    private let broadcast: UInt64
    private let templates: FrameTemplates
    private let networks: UInt64
    /// Pairs of the stream in each network.
    private let hosts: UInt64
    private let streams: UInt32
    private let stream: UInt32

    init(_ kind: SyntheticSource.Kind, _ traffic: Traffic, _ templates: FrameTemplates, stream: Int, seed: UInt64) {
        remaining = UInt64.max
        generator = SplitMix64(seed: seed)
        newcomer = UInt32(traffic.networks)
        givesNewcomers = if case .newcomers = kind { true } else { false }
        isTunnel = if case .pairs(.decap) = kind { true } else { false }
        broadcast = if case .broadcasts = kind { MACAddress.mask } else { 0 }
        self.templates = templates
        networks = UInt64(traffic.networks)
        hosts = UInt64(max(1, traffic.pairs / traffic.networks / traffic.streams))
        streams = UInt32(traffic.streams)
        self.stream = UInt32(stream)
    }

    /// The number of packets that are left.
    mutating func fill(_ packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>, _ count: UInt16) -> UInt16 {
        let granted = UInt16(truncatingIfNeeded: min(UInt64(count), vd_load_acquire_u64(&remaining)))
        // Not when there are none: the store would undo what has been set meanwhile.
        if granted > 0 { remaining &-= UInt64(granted) }
        var i = 0
        while i < Int(granted) {
            write(packets[i].unsafelyUnwrapped)
            i &+= 1
        }
        while i < Int(count) {
            vd_mbuf_free(packets[i].unsafelyUnwrapped)
            i &+= 1
        }
        return granted
    }

    @inline(__always)
    private mutating func write(_ packet: UnsafeMutablePointer<vd_mbuf>) {
        let random = generator.next()
        let pair = nextPair(random)
        let lengthIndex = templates.lengthCount == 1 ? 0 : Int(below(UInt64(templates.lengthCount), random >> 16))
        let vtep = isTunnel ? Traffic.spread(pair.number, templates.vtepCount) : 0
        let index = lengthIndex &* templates.vtepCount &+ vtep
        let start = UnsafeMutableRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        start.copyMemory(from: templates.headers + index &* FrameTemplates.stride, byteCount: FrameTemplates.byteCount)
        patch(start, pair)
        if let checksumBases = templates.checksumBases { putChecksum(start, checksumBases[index]) }
        packet.pointee.data_len = templates.frameBytes[index]
        packet.pointee.pkt_len = UInt32(templates.frameBytes[index])
    }

    private struct Pair {
        var number: UInt32
        var network: UInt32
        /// Whose remote host is meant.
        var peer: UInt32
    }

    @inline(__always)
    private mutating func nextPair(_ random: UInt64) -> Pair {
        if givesNewcomers {
            let number = newcomer
            newcomer = (newcomer &+ 1) & UInt32(Traffic.pairsMaximum - 1)
            let network = number % UInt32(truncatingIfNeeded: networks)
            return Pair(number: number, network: network, peer: network)
        }
        let network = below(networks, random)
        let host = below(hosts, random >> 32) &* streams &+ stream
        let number = host &* UInt32(truncatingIfNeeded: networks) &+ network
        return Pair(number: number, network: network, peer: number)
    }

    /// A number below `bound` from the lower 32 bits of `random`.
    @inline(__always)
    private func below(_ bound: UInt64, _ random: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: ((random & 0xFFFF_FFFF) &* bound) >> 32)
    }

    /// Writes what differs from pair to pair.
    @inline(__always)
    private func patch(_ start: UnsafeMutableRawPointer, _ pair: Pair) {
        let local = Traffic.mac(kind: 0xAA, pair.number), remote = Traffic.mac(kind: 0xBB, pair.peer) | broadcast
        let localAddress = Traffic.localAddress(pair.number), remoteAddress = Traffic.remoteAddress(pair.number)
        let ether = start + templates.etherOffset, ip = start + templates.ipOffset
        if isTunnel {
            put(Traffic.outerPort(pair.number).bigEndian, start + templates.udpOffset)
            put(((10_000 &+ pair.network) << 8).bigEndian, start + templates.networkOffset)
            putAddresses(ether, to: local, from: remote)
            put(UInt64(remoteAddress.bigEndian) | UInt64(localAddress.bigEndian) << 32, ip + 12)
        } else {
            put(UInt16(truncatingIfNeeded: pair.network &+ 1).bigEndian, start + templates.networkOffset)
            putAddresses(ether, to: remote, from: local)
            put(UInt64(localAddress.bigEndian) | UInt64(remoteAddress.bigEndian) << 32, ip + 12)
        }
        put(Traffic.ports(pair.number).bigEndian, ip + 20)
    }

    /// The outer UDP checksum, which differs from pair to pair with ports, VNI and MACs.
    @inline(__always)
    private func putChecksum(_ start: UnsafeMutableRawPointer, _ base: UInt64) {
        let checksum = ~FrameTemplates.sum(start, from: templates.udpOffset, base: base)
        // Zero says that there is none (RFC 768).
        put(checksum == 0 ? 0xFFFF : checksum, start + templates.udpOffset + 6)
    }

    @inline(__always)
    private func putAddresses(_ ether: UnsafeMutableRawPointer, to destination: UInt64, from source: UInt64) {
        put(destination | source << 48, ether)
        put(UInt32(truncatingIfNeeded: source >> 16), ether + 8)
    }

    @inline(__always)
    private func put<Value: BitwiseCopyable>(_ value: Value, _ place: UnsafeMutableRawPointer) {
        place.storeBytes(of: value, as: Value.self)
    }
}
