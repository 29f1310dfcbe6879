import CBench
import CShims
import Dataplane

/// Frames made as they are received: a receive callback writes the next frame of a ``Traffic`` into each buffer that a `net_null` port gives.
/// Only headers are written, nothing but a few lines of templates is read, so what the device costs does not depend on the number of flows.
/// Pairs come at random.
package struct SyntheticSource {
    package enum Kind: Sendable {
        /// Frames between the hosts of random pairs.
        case pairs(Direction)
        /// Broadcasts of random local hosts.
        case broadcasts
        /// Each frame from a local host that was never heard before, to a known remote one.
        case newcomers
    }

    private let state: UnsafeMutablePointer<SyntheticState>
    private let templates: FrameTemplates

    package init(_ kind: Kind, _ traffic: Traffic, stream: Int = 0, seed: UInt64) throws(BenchError) {
        if case .newcomers = kind {
        } else if traffic.pairs % (traffic.networks * traffic.streams) != 0 {
            throw BenchError(
                "a synthetic source wants equal shares: \(traffic.pairs) pairs are no multiple of \(traffic.networks * traffic.streams),"
                    + " the networks of all workers; choose --macs so")
        }
        templates = FrameTemplates(kind, traffic, stream: stream)
        state = .allocate(capacity: 1)
        state.initialize(to: SyntheticState(kind, traffic, templates, stream: stream, seed: seed))
    }

    /// Before the port is polled.
    package func attach(to device: Device) throws(BenchError) {
        let body: vd_receive_callback = { _, _, packets, count, _, context in
            context.assumingMemoryBound(to: SyntheticState.self).pointee.fill(packets, count)
        }
        guard vd_receive_callback_add(device.number, 0, body, state) else {
            throw BenchError("DPDK refuses a receive callback on \(device.arguments)")
        }
    }

    /// Frames that the source still gives; at 0 it falls silent. To be set while it is silent, or before it is polled.
    package var remaining: UInt64 {
        get { vd_load_relaxed_u64(&state.pointee.remaining) }
        nonmutating set { vd_store_sequential_u64(&state.pointee.remaining, newValue) }
    }

    /// Writes the next frames into buffers, as when they are received; for tests.
    package func fill(_ packets: UnsafeMutablePointer<UnsafeMutablePointer<vd_mbuf>?>, count: Int) -> Int {
        Int(state.pointee.fill(packets, UInt16(count)))
    }

    package func destroy() {
        templates.destroy()
        state.deallocate()
    }
}
