import CShims

/// What receive side scaling does on a started device, as far as the device tells.
package struct RSSStatus: Sendable, Equatable {
    /// In force.
    package var fields: RSSFields
    /// Both directions of a flow have the same hash.
    package var isSymmetric: Bool
    /// What the device was asked for and does not do, one line each, for people.
    package var refusals: [String] = []

    static let untold = "it does not tell what it hashes"

    package init(fields: RSSFields, isSymmetric: Bool = false) {
        self.fields = fields
        self.isSymmetric = isSymmetric
    }
}

extension Device {
    /// Makes a started device hash `fields` with the symmetric key and deal the hashes evenly over its queues; asks it what it does.
    ///
    /// Many drivers take all of this when the device is configured, some only now, and some never: packets then still arrive, but less
    /// evenly. So nothing here fails; what is missing is told. `refusedAtFirst`: why the device refused `fields` when it was configured.
    func settleRSS(_ fields: RSSFields, queues: Int, refusedAtFirst: String?) -> RSSStatus {
        var status = RSSStatus(fields: fields)
        guard let info = try? info else {
            status.refusals = [RSSStatus.untold]
            return status
        }
        settleHash(fields, SymmetricKey.byteCount(for: info), &status)
        if let refusal = settleTable(info.rssTableSize, queues: queues) { status.refusals.append(refusal) }
        if let refusedAtFirst, !status.refusals.isEmpty { status.refusals.insert("configuration: \(refusedAtFirst)", at: 0) }
        return status
    }

    private func settleHash(_ wanted: RSSFields, _ keyByteCount: Int, _ status: inout RSSStatus) {
        if let hash = readHash(keyByteCount), hash.fields.isSuperset(of: wanted), hash.isSymmetric {
            (status.fields, status.isSymmetric) = hash
            return
        }
        let result = vd_rss_update(number, wanted.rawValue, SymmetricKey.bytes, UInt8(keyByteCount))
        guard let hash = readHash(keyByteCount) else {
            status.isSymmetric = result == 0
            status.refusals.append(result == 0 ? RSSStatus.untold : "hash fields and key: \(EAL.describe(result))")
            return
        }
        (status.fields, status.isSymmetric) = hash
        let reason = result == 0 ? "not taken over" : EAL.describe(result)
        let missing = wanted.subtracting(hash.fields)
        if !missing.isEmpty { status.refusals.append("hash fields \(missing.summary): \(reason)") }
        if !hash.isSymmetric { status.refusals.append("symmetric hash key: \(reason)") }
    }

    private func readHash(_ keyByteCount: Int) -> (fields: RSSFields, isSymmetric: Bool)? {
        var fields: UInt64 = 0
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { key in
            key.initialize(repeating: 0)
            guard vd_rss_read(number, &fields, key.baseAddress!, UInt8(keyByteCount)) == 0 else { return nil }
            let isSymmetric = (0..<keyByteCount).allSatisfy { key[$0] == SymmetricKey.bytes[$0] }
            return (RSSFields(rawValue: fields), isSymmetric)
        }
    }

    /// Hash -> queue, in turn: each queue as often as any other, give or take one, and the same hash comes to the same queue on every port.
    /// What was refused, if packets are spread unevenly now.
    private func settleTable(_ size: Int, queues: Int) -> String? {
        let wanted = (0..<size).map { UInt16($0 % queues) }
        if size == 0 || readTable(size) == wanted { return nil }
        let result = vd_rss_table_update(number, wanted, UInt16(size))
        if let table = readTable(size) ?? (result == 0 ? wanted : nil), isEven(table, queues) { return nil }
        return "queue table of \(size) entries: \(result == 0 ? "not taken over" : EAL.describe(result))"
    }

    private func readTable(_ size: Int) -> [UInt16]? {
        var queues = [UInt16](repeating: 0, count: size)
        return vd_rss_table_read(number, &queues, UInt16(size)) == 0 ? queues : nil
    }

    private func isEven(_ table: [UInt16], _ queues: Int) -> Bool {
        var counts = [Int](repeating: 0, count: queues)
        for queue in table {
            guard queue < queues else { return false }
            counts[Int(queue)] += 1
        }
        return counts.max()! - counts.min()! <= 1
    }
}
