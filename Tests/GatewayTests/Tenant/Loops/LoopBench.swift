import Dataplane
import Gateway

/// A guard on a simulated layer 2: what it sends arrives wherever the places are wired to. Ten ticks a second, as in the gateway.
struct LoopBench {
    var loops: LoopGuard
    private(set) var now = MonotonicTime(.seconds(100))
    /// From a place to where its frames come back, and in which network. One way: a cable has two entries.
    var wires: [LoopGuard.Place: [(returned: Destination, network: NetworkIndex)]] = [:]
    /// Blocks, openings and notices, with the tenths of a second since the start.
    private(set) var events: [(tenth: Int, action: LoopAction)] = []
    private(set) var sent: [(tenth: Int, place: LoopGuard.Place)] = []
    private var tenths = 0

    init(_ ports: [LoopGuard.Port], timing: LoopTiming = LoopTiming()) {
        loops = LoopGuard(gateway: 0x1122_3344_5566_7788, timing: timing)
        _ = loops.guardPorts(ports, now: now)
    }

    static func port(_ index: UInt16, vlans: [UInt16] = [0], network: UInt16 = 1) -> LoopGuard.Port {
        let port = PortIndex(index)
        return .init(
            index: port, mac: MACAddress(2, 0, 0, 0, 0, UInt8(index)),
            places: vlans.map { .init(port: port, tags: MemberTags(vlan: VLANID($0)), network: NetworkIndex(network)) })
    }

    static func place(_ port: UInt16, _ vlan: UInt16 = 0, service: UInt16 = 0, network: UInt16 = 1) -> LoopGuard.Place {
        .init(port: PortIndex(port), tags: MemberTags(service: VLANID(service), vlan: VLANID(vlan)), network: NetworkIndex(network))
    }

    /// Wires two places together.
    mutating func plug(_ a: LoopGuard.Place, _ b: LoopGuard.Place) {
        wires[a, default: []].append((.local(port: b.port, tags: b.tags), b.network))
        if a != b { wires[b, default: []].append((.local(port: a.port, tags: a.tags), a.network)) }
    }

    mutating func pull() { wires = [:] }

    mutating func run(seconds: Double) { for _ in 0..<Int(seconds * 10) { tick() } }

    mutating func tick(after pause: Duration = .milliseconds(100)) {
        now = now + pause
        tenths += Int((pause / .milliseconds(100)).rounded())
        var actions = loops.tick(now: now)
        while !actions.isEmpty {
            let action = actions.removeFirst()
            guard case .send(let frame, let place) = action else {
                events.append((tenths, action))
                continue
            }
            sent.append((tenths, place))
            for wire in wires[place] ?? [] { actions += loops.receive(frame, network: wire.network, origin: wire.returned, now: now) }
        }
    }

    /// What the guard did: `block 1`, `open 1`, `joined`.
    var story: [String] {
        events.map { event in
            switch event.action {
            case .block(let port, _): "block \(port.rawValue)"
            case .open(let port, _): "open \(port.rawValue)"
            case .networksJoined: "joined"
            case .send: "send"
            }
        }
    }

    var blocked: [UInt16] { loops.blocks.keys.map(\.rawValue).sorted() }
}
