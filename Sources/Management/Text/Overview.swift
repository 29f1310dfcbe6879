import Gateway

/// The gateway at a glance, for `viaduct show` and for the lines at the end of `viaduct run`.
package enum Overview {
    package static func text(_ summary: GatewaySummary) -> String {
        let uptime = Readable.duration(seconds: summary.totals.uptimeSeconds)
        let macs = "\(Readable.count(summary.macs.count)) of \(Readable.count(summary.macs.capacity))"
        let pool = "\(Readable.count(summary.packetPool.free)) free of \(Readable.count(summary.packetPool.size))"
        return "viaduct \(summary.version), process \(summary.pid), up \(uptime), configuration \(summary.configuration)\n"
            + lines(totals(summary.totals) + [("MAC entries", macs), ("packet buffers", pool)])
    }

    package static func text(_ totals: GatewayTotals) -> String {
        "totals of \(Readable.duration(seconds: totals.uptimeSeconds))\n" + lines(self.totals(totals))
    }

    private static func totals(_ totals: GatewayTotals) -> [(String, String)] {
        [
            ("received", "\(Readable.count(totals.rxPackets, "packet")), \(Readable.bytes(totals.rxBytes))"),
            ("transmitted", "\(Readable.count(totals.txPackets, "packet")), \(Readable.bytes(totals.txBytes))"),
            ("dropped", Readable.count(totals.droppedPackets, "packet")),
        ]
    }

    private static func lines(_ pairs: [(String, String)]) -> String {
        let width = pairs.map(\.0.count).max() ?? 0
        return pairs.map { name, value in
            "  " + name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
        }.joined()
    }
}
