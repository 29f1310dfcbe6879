import Dataplane

// What control does inside of networks.

extension Gateway {
    /// Frames of networks that workers show.
    func receiveTenantFrames() -> Int {
        var count = 0
        while count < Housekeeping.tenantFramesPerTick, let shown = machinery.exchange.nextTenantFrame() {
            count += 1
            if heedProbe(shown) { continue }
        }
        return count
    }
}
