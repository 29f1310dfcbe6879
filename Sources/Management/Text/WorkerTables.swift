import Gateway

/// What `viaduct show workers` prints for people: the workers, the receive queues that they poll, and how evenly each port is spread.
package enum WorkerTables {
    package static func text(_ workers: [WorkerStatus], _ ports: [PortStatus]) -> String {
        guard !workers.isEmpty else { return "no workers\n" }
        let queues = ports.flatMap { port in rows(of: port.name, workers) }
        let parts = [self.workers(workers), self.queues(queues), spread(ports, queues)]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n") + refusals(ports)
    }

    /// A receive queue and the core of its worker.
    private struct QueueRow {
        var core: Int
        var status: QueueStatus
        /// Part of the packets that came to the port in the last second; `nil` when none came.
        var share: Double?
    }

    private static func rows(of port: String, _ workers: [WorkerStatus]) -> [QueueRow] {
        var rows = workers.flatMap { worker in
            worker.queues.filter { $0.port == port }.map { QueueRow(core: worker.core, status: $0, share: nil) }
        }
        rows.sort { $0.status.queue < $1.status.queue }
        let sum = rows.reduce(0) { $0 + $1.status.packetsPerSecond }
        guard sum > 0 else { return rows }
        for index in rows.indices { rows[index].share = rows[index].status.packetsPerSecond / sum }
        return rows
    }

    private static func workers(_ workers: [WorkerStatus]) -> String {
        var table = TextTable([
            .right("CORE"), .right("NUMA NODE"), .right("BUSY"), .right("PACKETS"), .right("CYCLES/PACKET"), .right("AVERAGE BURST"),
            .right("BURST FILL"),
        ])
        return table.render(
            workers.map { worker in
                [
                    String(worker.core), String(worker.numaNode), Readable.percent(worker.busyRatio), Readable.count(worker.packets),
                    Readable.decimal(worker.cyclesPerPacket, places: 0), Readable.decimal(worker.averageBurst, places: 1),
                    Readable.percent(worker.burstFill),
                ]
            })
    }

    private static func queues(_ rows: [QueueRow]) -> String {
        var table = TextTable([
            .left("PORT"), .right("QUEUE"), .right("CORE"), .right("PACKETS"), .right("PACKETS/S"), .right("SHARE"),
        ])
        return table.render(
            rows.map { row in
                [
                    row.status.port, String(row.status.queue), String(row.core), Readable.count(row.status.packets),
                    Readable.decimal(row.status.packetsPerSecond, places: 0), row.share.map(Readable.percent) ?? "-",
                ]
            })
    }

    /// Only ports with several queues: the others have nothing to spread.
    private static func spread(_ ports: [PortStatus], _ queues: [QueueRow]) -> String {
        var table = TextTable([.left("PORT"), .right("QUEUES"), .right("BUSIEST"), .left("SPREAD BY")])
        return table.render(
            ports.filter { $0.queues.rx > 1 }.map { port in
                let shares = queues.filter { $0.status.port == port.name }.compactMap(\.share)
                let busiest = shares.max().map { Readable.decimal($0 * Double(port.queues.rx), places: 2) + "x" }
                return [port.name, String(port.queues.rx), busiest ?? "-", description(of: port.spread)]
            })
    }

    private static func description(of spread: SpreadStatus) -> String {
        guard spread.by == .rss else { return spread.by.rawValue }
        let fields = ([spread.headers?.rawValue].compactMap(\.self) + spread.fields).joined(separator: " ")
        return "rss: \(fields)\(spread.symmetric ? ", symmetric" : "")"
    }

    private static func refusals(_ ports: [PortStatus]) -> String {
        let lines = ports.flatMap { port in port.spread.refused.map { "port \(port.name) refused: \($0)\n" } }
        return lines.isEmpty ? "" : "\n" + lines.joined()
    }
}
