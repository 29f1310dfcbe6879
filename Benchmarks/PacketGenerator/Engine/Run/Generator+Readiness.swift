import CShims
import Dataplane

extension Generator {
    /// Waits until every device has a link. A virtual one has it when the process at its other end has come.
    package func awaitLinks(_ progress: Progress) throws(GeneratorError) {
        let start = vd_cycles()
        while true {
            let down = (0..<sideCount).filter { !sides[$0].device.link.isUp }.map { sides[$0].device.arguments }
            guard !down.isEmpty else { return }
            let names = down.joined(separator: " and on ")
            let seconds = Double(vd_cycles() - start) / Double(cyclesPerSecond)
            guard seconds < settings.waitSecondsMaximum else {
                throw .failed("no link on \(names) within \(timeout): start what is at the other end first, or look at the cable")
            }
            progress.update(seconds, "waiting for a link on \(names), \(Int(seconds)) s of \(timeout)")
            if Interrupt.wait(milliseconds: 50) { throw .interrupted }
        }
    }

    /// The longest wait, for messages.
    var timeout: String { Text.fixed(settings.waitSecondsMaximum, 0) + " s" }

    /// Learns the MAC that VXLAN packets go to: asks the gateway by ARP twice a second, and answers its questions meanwhile.
    package func resolveGateway(_ progress: Progress) throws(GeneratorError) {
        guard settings.outer.gatewayMAC == nil, let position = (0..<sideCount).first(where: { sides[$0].responder != nil }) else { return }
        let gateway = IPv4Text(settings.outer.gateway)
        var seconds = 0.0
        while sides[position].responder!.gatewayMAC.isZero {
            guard seconds < settings.waitSecondsMaximum else {
                throw .failed("no answer to ARP for \(gateway) within \(timeout): does the gateway's underlay port have this address?")
            }
            sides[position].responder!.ask()
            beginRun()
            let before = seconds
            try runLoops(secondsMaximum: 0.5) { elapsed in
                seconds = before + elapsed
                progress.update(seconds, "asking for the MAC of \(gateway), \(Int(seconds)) s of \(timeout)")
                return !wasInterrupted && sides[position].responder!.gatewayMAC.isZero
            }
            if wasInterrupted { throw .interrupted }
        }
        useGatewayMAC(sides[position].responder!.gatewayMAC, at: position)
    }
}
