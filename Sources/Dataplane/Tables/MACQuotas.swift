import CShims

/// How many learned entries a network or an access port has, and how many it may have.
struct MACQuota: BitwiseCopyable {
    var count: UInt64 = 0
    /// 0 = no limit.
    var limit: UInt64 = 0
    /// Frames whose source was not learned for that.
    var refused: UInt64 = 0
    /// 1: such frames are dropped.
    var drops: UInt32 = 0
    /// 1: of a port that keeps what it has learned.
    var isSticky: UInt32 = 0
}

/// The quotas of all networks and access ports.
///
/// Writer of counts: whoever fills or empties a slot of the MAC table. Writer of limits: control.
struct MACQuotas: @unchecked Sendable {
    private let networks: UnsafeMutablePointer<MACQuota>
    private let ports: UnsafeMutablePointer<MACQuota>

    static func make(node: Int32) -> MACQuotas {
        MACQuotas(
            networks: TableMemory.allocate(MACQuota.self, count: NetworkTable.capacity, node: node),
            ports: TableMemory.allocate(MACQuota.self, count: PortTable.capacity, node: node))
    }

    func destroy() {
        TableMemory.free(networks, count: NetworkTable.capacity)
        TableMemory.free(ports, count: PortTable.capacity)
    }

    @_noLocks @_noAllocation @inline(__always)
    func network(_ key: MACKey) -> UnsafeMutablePointer<MACQuota> { networks + Int(truncatingIfNeeded: key.rawValue >> 48) }

    func network(_ index: NetworkIndex) -> UnsafeMutablePointer<MACQuota> { networks + Int(index.rawValue) }

    func port(_ index: PortIndex) -> UnsafeMutablePointer<MACQuota> { ports + Int(index.rawValue) }

    /// `nil` of a tunnel.
    @_noLocks @_noAllocation @inline(__always)
    func port(_ destination: Destination) -> UnsafeMutablePointer<MACQuota>? {
        destination.isLocal ? ports + destination.portNumber : nil
    }

    /// Counts a learned entry; otherwise says which limit is in the way.
    @_noLocks @_noAllocation @inline(__always)
    func take(_ key: MACKey, _ destination: Destination) -> LearnOutcome? {
        let network = network(key)
        guard MACQuotas.take(network) else { return .networkLimit }
        if let port = port(destination), !MACQuotas.take(port) {
            MACQuotas.giveBack(network)
            return .portLimit
        }
        return nil
    }

    /// Counts a learned entry, limits or not.
    @_noLocks @_noAllocation @inline(__always)
    func force(_ key: MACKey, _ destination: Destination) {
        _ = vd_fetch_add_u64(&network(key).pointee.count, 1)
        if let port = port(destination) { _ = vd_fetch_add_u64(&port.pointee.count, 1) }
    }

    @_noLocks @_noAllocation @inline(__always)
    func giveBack(_ key: MACKey, _ destination: Destination) {
        MACQuotas.giveBack(network(key))
        if let port = port(destination) { MACQuotas.giveBack(port) }
    }

    @_noLocks @_noAllocation @inline(__always)
    static func take(_ quota: UnsafeMutablePointer<MACQuota>) -> Bool {
        let limit = vd_load_relaxed_u64(&quota.pointee.limit)
        if limit == 0 {
            _ = vd_fetch_add_u64(&quota.pointee.count, 1)
            return true
        }
        if vd_load_relaxed_u64(&quota.pointee.count) < limit {
            if vd_fetch_add_u64(&quota.pointee.count, 1) < limit { return true }
            giveBack(quota)
        }
        _ = vd_fetch_add_u64(&quota.pointee.refused, 1)
        return false
    }

    @_noLocks @_noAllocation @inline(__always)
    static func giveBack(_ quota: UnsafeMutablePointer<MACQuota>) { _ = vd_fetch_add_u64(&quota.pointee.count, UInt64.max) }
}

/// What control sees of a quota.
package struct MACQuotaStatus: Equatable, Sendable {
    package var count: Int
    /// `nil` = no limit.
    package var limit: Int?
    package var refused: UInt64
    package var drops = false
    package var isSticky = false

    package init(count: Int, limit: Int?, refused: UInt64) {
        self.count = count
        self.limit = limit
        self.refused = refused
    }

    init(_ quota: UnsafeMutablePointer<MACQuota>) {
        count = Int(vd_load_relaxed_u64(&quota.pointee.count))
        let limit = vd_load_relaxed_u64(&quota.pointee.limit)
        self.limit = limit == 0 ? nil : Int(limit)
        refused = vd_load_relaxed_u64(&quota.pointee.refused)
        drops = quota.pointee.drops != 0
        isSticky = quota.pointee.isSticky != 0
    }
}

extension MACTable {
    package func quota(of network: NetworkIndex) -> MACQuotaStatus { MACQuotaStatus(quotas.network(network)) }
    package func quota(of port: PortIndex) -> MACQuotaStatus { MACQuotaStatus(quotas.port(port)) }

    /// Entries above a lowered limit stay until they age. `drops`: frames from sources that the limit keeps from being learned are dropped.
    package func setLimit(_ limit: Int?, drops: Bool, of network: NetworkIndex) { set(quotas.network(network), limit, drops) }
    package func setLimit(_ limit: Int?, drops: Bool, of port: PortIndex) { set(quotas.port(port), limit, drops) }
    package func setSticky(_ isSticky: Bool, _ port: PortIndex) { quotas.port(port).pointee.isSticky = isSticky ? 1 : 0 }

    private func set(_ quota: UnsafeMutablePointer<MACQuota>, _ limit: Int?, _ drops: Bool) {
        let wanted = UInt64(limit ?? 0)
        // Of another limit, or of none, nothing has been refused yet.
        if wanted != quota.pointee.limit || drops != (quota.pointee.drops != 0) { vd_store_relaxed_u64(&quota.pointee.refused, 0) }
        quota.pointee.drops = drops ? 1 : 0
        vd_store_relaxed_u64(&quota.pointee.limit, wanted)
    }
}
