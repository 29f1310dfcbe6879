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

    /// Has a frame of control's forwarded to a place of a network, with the priority of `tag`. False: it found no room, which is counted.
    @discardableResult
    func inject(_ frame: [UInt8], network: NetworkIndex, to place: Destination, tag: UInt16 = 0) -> Bool {
        let isSent = machinery.exchange.inject(frame, network: network, to: place, tag: tag, pool: machinery.anyPool)
        if !isSent { housekeeping.framesLost += 1 }
        return isSent
    }
}
