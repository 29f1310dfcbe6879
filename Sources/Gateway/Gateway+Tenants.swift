import Dataplane

// What control does inside of networks.

extension Gateway {
    /// Frames of networks that workers show.
    func receiveTenantFrames() -> Int {
        var count = 0
        while count < Housekeeping.tenantFramesPerTick, let frame = machinery.exchange.nextTenantFrame() {
            count += 1
            if heedProbe(frame) { continue }
            hearNeighbor(frame)
            snoop(frame)
        }
        return count
    }

    /// Has a frame of control's forwarded to a place of a network; one that finds no room is counted.
    func inject(_ frame: [UInt8], network: NetworkIndex, to place: Destination) {
        if !machinery.exchange.inject(frame, network: network, to: place, pool: machinery.anyPool) { housekeeping.framesLost += 1 }
    }
}
