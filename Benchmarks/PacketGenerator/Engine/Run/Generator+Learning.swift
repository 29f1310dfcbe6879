import CShims
import Dataplane

extension Generator {
    /// Waits until every device has a link. A virtual one has it when the process at its other end has come.
    package func awaitLinks(_ progress: Progress) throws(GeneratorError) {
        try wait(settings.linkSecondsMaximum, progress, "waiting for links") {
            (0..<sideCount).allSatisfy { sides[$0].device.link.isUp }
        } orFail: {
            let down = (0..<sideCount).filter { !sides[$0].device.link.isUp }.map { sides[$0].device.arguments }
            return "no link on \(down.joined(separator: " and on ")) within \(Int(settings.linkSecondsMaximum)) s:"
                + " start what is at the other end first, or look at the cable"
        }
    }

    private func wait(
        _ secondsMaximum: Double, _ progress: Progress, _ text: String, until isDone: () -> Bool, orFail reason: () -> String
    ) throws(GeneratorError) {
        let start = vd_cycles()
        while !isDone() {
            let seconds = Double(vd_cycles() - start) / Double(cyclesPerSecond)
            guard seconds < secondsMaximum else { throw .failed(reason()) }
            progress.update(seconds, "\(text), \(Int(seconds)) s of \(Int(secondsMaximum)) s")
            if Interrupt.wait(milliseconds: 50) { throw .interrupted }
        }
    }

    /// Learns the MAC that VXLAN packets go to: asks the gateway by ARP, and answers it meanwhile.
    package func resolveGateway(_ progress: Progress) throws(GeneratorError) {
        for position in 0..<sideCount where sides[position].responder != nil && settings.outer.gatewayMAC == nil {
            var asked = 0
            while sides[position].responder!.gatewayMAC.isZero {
                guard Double(asked) * 0.5 < settings.linkSecondsMaximum else {
                    throw .failed(
                        "the gateway did not answer ARP for \(IPv4Text(settings.outer.gateway)) within \(Int(settings.linkSecondsMaximum)) s:"
                            + " does its underlay port have this address (--gateway)?")
                }
                sides[position].responder!.ask()
                asked += 1
                beginRun()
                try runLoops(secondsMaximum: 0.5) { seconds in
                    progress.update(Double(asked) / 2, "asking for the MAC of \(IPv4Text(settings.outer.gateway))")
                    return !wasInterrupted && sides[position].responder!.gatewayMAC.isZero
                }
                if wasInterrupted { throw .interrupted }
            }
            useGatewayMAC(sides[position].responder!.gatewayMAC, at: position)
        }
    }

    /// Announces every MAC: one frame for each flow and direction, sent again until it has come through, so that nothing is unknown, or
    /// flooded, when it counts. Remote hosts come first: their frames are flooded to few ports, and then those of the local ones are not.
    package func announce(_ progress: Progress) throws(GeneratorError) {
        for stream in streams.reversed() {
            let bitmap = FlowBitmap.make(count: settings.plan.flows)
            defer { bitmap.destroy() }
            try announce(stream, bitmap, progress)
        }
    }

    private static let announcementRates = (first: 1e6, least: 1e4)

    private func announce(_ stream: Stream, _ bitmap: FlowBitmap, _ progress: Progress) throws(GeneratorError) {
        var rate = Generator.announcementRates.first
        var quiet = 0.0
        var elapsed = 0.0
        while bitmap.inserted < bitmap.count {
            let before = bitmap.inserted
            let seconds = try announceOnce(stream, bitmap, rate: rate, progress, after: elapsed)
            elapsed += seconds
            guard stream.to != nil else { return }
            if wasInterrupted { throw .interrupted }
            let came = bitmap.inserted - before
            quiet = came > 0 ? 0 : quiet + seconds
            guard quiet < settings.learnSecondsMaximum else { throw .failed(silence(stream, bitmap)) }
            if came > 0, came < (bitmap.count - before) * 9 / 10 { rate = max(rate / 2, Generator.announcementRates.least) }
        }
    }

    /// One round over the flows that are missing. Returns how long it took.
    private func announceOnce(_ stream: Stream, _ bitmap: FlowBitmap, rate: Double, _ progress: Progress, after elapsed: Double)
        throws(GeneratorError) -> Double
    {
        beginRun()
        sides[stream.from].transmitter.begin(
            TransmitJob(tag: tag(stream), rate: rate, announces: bitmap), cyclesPerSecond: cyclesPerSecond)
        if let to = stream.to { sides[to].receiver.begin(ReceiveJob(tag: tag(stream), confirms: bitmap)) }
        let counters = sides[stream.from].transmitter.counters
        var ended: Double?
        var total = 0.0
        try runLoops(secondsMaximum: 2 * Double(bitmap.count) / rate + 1) { seconds in
            total = seconds
            if counters.pointee.isDone != 0, ended == nil { ended = seconds }
            let isComplete = bitmap.inserted == bitmap.count
            progress.update(elapsed + seconds, "announcing MACs (\(stream.name)): \(bitmap.inserted) of \(bitmap.count) came through")
            return !wasInterrupted && !isComplete && seconds - (ended ?? seconds) < 0.1
        }
        return total
    }

    private func silence(_ stream: Stream, _ bitmap: FlowBitmap) -> String {
        let plan = settings.plan
        let networks = "VLANs \(plan.vlans.lowerBound)-\(plan.vlans.upperBound) as VNIs \(plan.vniBase) + VLAN"
        let vteps = "the remote VTEPs \(IPv4Text(settings.outer.firstVTEP)) to \(IPv4Text(settings.outer.lastVTEP))"
        let advice =
            settings.mode == .gateway ? "does the gateway have \(networks) and \(vteps)?" : "does it forward between these devices?"
        return "\(bitmap.inserted) of \(bitmap.count) announcements (\(stream.name)) came through, and no more for"
            + " \(Int(settings.learnSecondsMaximum)) s: \(advice) --no-learn goes on without"
    }
}

/// An IPv4 address in dotted form.
struct IPv4Text: CustomStringConvertible {
    let address: UInt32
    init(_ address: UInt32) { self.address = address }
    var description: String { (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".") }
}
