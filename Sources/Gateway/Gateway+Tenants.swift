import Dataplane

// What control does inside of networks.

extension Gateway {
    /// Frames of networks that workers show.
    func receiveTenantFrames() -> Int {
        var count = 0
        while count < Housekeeping.tenantFramesPerTick, machinery.exchange.nextTenantFrame() != nil { count += 1 }
        return count
    }
}
