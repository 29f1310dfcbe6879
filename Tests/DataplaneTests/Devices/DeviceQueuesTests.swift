import Dataplane
import Testing

@Suite("How many queues a device gets") struct DeviceQueuesTests {
    private func info(_ driver: String, rx: Int, tx: Int, rss: RSSFields = []) -> DeviceInfo {
        var info = DeviceInfo()
        info.driver = driver
        (info.maxRxQueues, info.maxTxQueues, info.rssFields) = (rx, tx, rss)
        return info
    }

    @Test func `a NIC that hashes has a queue each way for every worker`() {
        let nic = info("net_ice", rx: 64, tx: 64, rss: RSSFieldsTests.flow)
        #expect(DeviceQueues(for: nic, workers: 4) == DeviceQueues(rx: 4, tx: 4, spreader: .rss))
        #expect(DeviceQueues(for: nic, workers: 4, wanted: 2) == DeviceQueues(rx: 2, tx: 4, spreader: .rss))
        #expect(DeviceQueues(for: nic, workers: 1) == DeviceQueues(rx: 1, tx: 1, spreader: .none))
    }

    @Test func `a device with fewer queues than workers gives what it has, and one transmit queue to share`() {
        let small = info("net_igb", rx: 2, tx: 2, rss: RSSFieldsTests.flow)
        #expect(DeviceQueues(for: small, workers: 4) == DeviceQueues(rx: 2, tx: 1, spreader: .rss))
    }

    @Test func `a device that hashes nothing has one receive queue`() {
        #expect(DeviceQueues(for: info("net_e1000_em", rx: 2, tx: 2), workers: 2) == DeviceQueues(rx: 1, tx: 2, spreader: .none))
    }

    @Test func `queues come in pairs where the other side uses them in pairs`() {
        let tap = info("net_tap", rx: 16, tx: 16, rss: [.ip])
        #expect(DeviceQueues(for: tap, workers: 2) == DeviceQueues(rx: 2, tx: 2, spreader: .kernel))
        #expect(DeviceQueues(for: tap, workers: 2, wanted: 1) == DeviceQueues(rx: 1, tx: 1, spreader: .none))
        #expect(DeviceQueues(for: info("net_virtio_user", rx: 2, tx: 2), workers: 3) == DeviceQueues(rx: 2, tx: 2, spreader: .peer))
    }

    @Test func `every queue that fills is polled, whatever was wished`() {
        let socket = info("net_af_packet", rx: 4, tx: 4)
        #expect(DeviceQueues(for: socket, workers: 2) == DeviceQueues(rx: 4, tx: 2, spreader: .kernel))
        #expect(DeviceQueues(for: socket, workers: 2, wanted: 1) == DeviceQueues(rx: 4, tx: 2, spreader: .kernel))
        #expect(DeviceQueues(for: info("net_vhost", rx: 1, tx: 1), workers: 2) == DeviceQueues(rx: 1, tx: 1, spreader: .none))
    }
}
