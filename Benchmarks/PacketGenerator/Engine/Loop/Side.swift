import CShims
import Dataplane

/// One port of the generator: what is sent there and what is received.
package struct Side {
    package let name: String
    package let device: Device
    package let layout: FrameLayout
    package var transmitter: Transmitter
    package var receiver: Receiver
    /// On an underlay.
    package var responder: Responder?

    /// One turn of the loop.
    mutating func poll() {
        let foreign = receiver.receive()
        if _slowPath(foreign > 0) { take(foreign) }
        transmitter.transmit()
    }

    @inline(never)
    private mutating func take(_ count: Int) {
        for position in 0..<count {
            let packet = receiver.foreign[position].unsafelyUnwrapped
            if responder?.take(packet) == true {
                receiver.counters.pointee.arp &+= 1
            } else {
                receiver.counters.pointee.foreign &+= 1
            }
            vd_mbuf_free(packet)
        }
    }

    package func destroy() {
        transmitter.destroy()
        receiver.destroy()
    }
}
