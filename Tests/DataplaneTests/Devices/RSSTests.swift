import CShims
import Dataplane
import Testing

extension PacketPath {
    /// On `net_null`, which keeps what it is told and tells it again, and on `net_ring`, which has no idea of any of this.
    @Suite struct RSSTests {
        static let everything = RSSFields(rawValue: .max)

        /// A started port with several queues, `body`, and its end.
        private func withDevice(
            _ device: Device, queues: Int, rss: RSSFields, _ body: (DeviceInfo, RSSStatus?) throws -> Void
        ) throws {
            let pool = try PacketPool.make(name: "rss", count: 4095, frameMaximum: 2048)
            defer { pool.free() }
            let info = try device.info
            let status = try device.start(
                info: info, rxQueues: queues, txQueues: queues, mtu: 1500, promiscuous: true, verifiesChecksums: false, pool: pool,
                rss: rss)
            defer { device.stop() }
            try body(info, status)
        }

        @Test(arguments: [2, 3])
        func `a device takes over fields, the symmetric key and an even table`(queues: Int) throws {
            try Environment.start()
            let device = try Device.attach("net_null_rss\(queues)")
            defer { device.close() }
            let wanted = try device.info.rssFields.wanted(isUnderlay: false)
            #expect(wanted.isSuperset(of: [.tcp, .udp]))
            try withDevice(device, queues: queues, rss: wanted) { info, status in
                #expect(status == RSSStatus(fields: wanted, isSymmetric: true))
                var table = [UInt16](repeating: 0, count: info.rssTableSize)
                try #require(vd_rss_table_read(device.number, &table, UInt16(table.count)) == 0)
                let counts = (0..<queues).map { queue in table.count { Int($0) == queue } }
                #expect(counts.reduce(0, +) == table.count && counts.max()! - counts.min()! <= 1)
            }
        }

        @Test func `what a device refuses is told, and it runs all the same`() throws {
            try Environment.start()
            let port = try MemoryPort.make(name: "rss-refused", queues: 2)
            defer { port.close() }
            try withDevice(port.device, queues: 2, rss: [.ip, .udp]) { _, status in
                let refusals = try #require(status).refusals
                #expect(refusals.count == 2 && refusals[0].hasPrefix("configuration: ") && refusals[1].hasPrefix("hash fields and key: "))
                #expect(status?.isSymmetric == false)
            }
        }

        @Test func `one queue needs no spreading`() throws {
            try Environment.start()
            let device = try Device.attach("net_null_rss1")
            defer { device.close() }
            try withDevice(device, queues: 1, rss: RSSFieldsTests.flow) { _, status in #expect(status == nil) }
        }
    }
}
