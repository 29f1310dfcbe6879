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
}
