import CShims
import Dataplane

/// A session: DPDK, the sides, and the runs that control makes with them. Loops run only during a run; between runs the sides are
/// control's.
package final class Generator {
    package let settings: Settings
    package let streams: [Stream]
    let sides: UnsafeMutablePointer<Side>
    let sideCount: Int
    let cyclesPerSecond: UInt64
    private let ports: Ports
    private let loops: [TrafficLoop]
    private var runNumber: UInt16 = 0
    package private(set) var wasInterrupted = false

    package init(_ settings: Settings) throws(GeneratorError) {
        try settings.check()
        self.settings = settings
        ports = try Ports.open(settings)
        streams = Stream.all(settings)
        cyclesPerSecond = vd_cycles_per_second()
        sideCount = ports.ports.count
        sides = .allocate(capacity: sideCount)
        for (position, port) in ports.ports.enumerated() {
            (sides + position).initialize(to: Generator.side(port, at: position, settings, streams, ports.pool))
        }
        loops =
            settings.cores.count == 2 && sideCount == 2
            ? [TrafficLoop(lcore: 1, sides: sides, count: 1), TrafficLoop(lcore: 2, sides: sides + 1, count: 1)]
            : [TrafficLoop(lcore: 1, sides: sides, count: sideCount)]
    }

    private static func side(_ port: Ports.Port, at position: Int, _ settings: Settings, _ streams: [Stream], _ pool: PacketPool) -> Side {
        let sending = streams.first { $0.from == position }!
        let arriving = streams.first { $0.to == position } ?? sending
        let isVTEP = port.layout == .vxlan && settings.mode == .gateway
        let writer = FrameWriter(settings.plan, settings.outer, layout: port.layout, heading: sending.heading, vtepMAC: port.vtepMAC)
        return Side(
            name: port.name, device: port.device, layout: port.layout,
            transmitter: Transmitter(
                port: port.device.number, pool: pool, writer: writer, schedule: settings.sizes.schedule(seed: settings.plan.seed),
                flows: FlowSequence(settings.plan, salt: UInt64(position))),
            receiver: Receiver(
                port: port.device.number, layout: port.layout,
                check: PlaceCheck(settings.plan, layout: port.layout, heading: arriving.heading)),
            responder: isVTEP ? Responder(port: port.device.number, pool: pool, mac: port.vtepMAC, settings.outer) : nil)
    }

    package func close() {
        for position in 0..<sideCount { sides[position].destroy() }
        sides.deinitialize(count: sideCount)
        sides.deallocate()
        ports.close()
    }

    /// What each stream's rate means in packets per second; `nil` for no limit.
    package func packetsPerSecond(_ rate: Rate, _ stream: Stream) throws(GeneratorError) -> Double? {
        let side = sides[stream.from]
        return try rate.packetsPerSecond(
            wireBytes: side.layout.wireBytes(settings.sizes), linkMegabits: side.device.link.megabits, device: side.device.arguments)
    }

    /// From now on the underlay side sends to the gateway's MAC.
    func useGatewayMAC(_ mac: MACAddress, at position: Int) {
        var outer = settings.outer
        outer.gatewayMAC = mac
        let heading = streams.first { $0.from == position }!.heading
        sides[position].transmitter.replaceWriter(
            FrameWriter(settings.plan, outer, layout: sides[position].layout, heading: heading, vtepMAC: ports.ports[position].vtepMAC))
    }

    // MARK: Runs

    /// The tag of a stream's packets in the run that is being prepared.
    func tag(_ stream: Stream) -> UInt16 { runNumber << 2 | UInt16(stream.from + 1) }

    /// Starts a run: other tags from now on, and nothing to send or wait for until told.
    func beginRun() {
        runNumber = runNumber % 0x3FFF + 1
        for position in 0..<sideCount {
            sides[position].transmitter.begin(.none, cyclesPerSecond: cyclesPerSecond)
            sides[position].receiver.begin(.none)
        }
    }

    /// Lets the loops run while `goesOn` says so, asked every 20 ms, and at most so long. Whatever then waits to be sent is dropped.
    func runLoops(secondsMaximum: Double, while goesOn: (_ seconds: Double) -> Bool) throws(GeneratorError) {
        let start = vd_cycles()
        for (position, loop) in loops.enumerated() {
            do throws(GeneratorError) { try loop.start() } catch {
                for started in loops.prefix(position) { started.stop() }
                throw error
            }
        }
        var seconds = 0.0
        repeat {
            if Interrupt.wait(milliseconds: 20) { wasInterrupted = true }
            seconds = Double(vd_cycles() - start) / Double(cyclesPerSecond)
        } while seconds < secondsMaximum && goesOn(seconds)
        for loop in loops { loop.stop() }
        for position in 0..<sideCount { sides[position].transmitter.dropWaiting() }
    }
}
