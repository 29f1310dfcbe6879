import BenchSupport
import Dataplane

/// The devices of one worker: one that gives the frames of a stream for ever, and one that swallows what is sent.
struct Lane {
    let source: Device
    let sink: Device
    /// Where the source is no file.
    let synthetic: SyntheticSource?

    init(_ options: Options, _ traffic: Traffic, stream: Int, _ pool: PacketPool) throws {
        if options.sourceKind == .pcap {
            let capture = try CaptureFile(Testbed.frames(options, stream: stream))
            // The file is read when the device starts.
            defer { capture.remove() }
            source = try Lane.open("net_pcap\(stream),rx_pcap=\(capture.path),infinite_rx=1", pool, txQueues: 1)
            synthetic = nil
        } else {
            let synthetic = try SyntheticSource(Lane.kind(options.direction), traffic, stream: stream, seed: options.seed &+ UInt64(stream))
            source = try Lane.open("net_null\(100 + stream),size=64,copy=0", pool, txQueues: 1)
            try synthetic.attach(to: source)
            self.synthetic = synthetic
        }
        // Each worker transmits on the queue of its own number.
        sink = try Lane.open("net_null\(stream),no-rx=1", pool, txQueues: stream + 1)
    }

    private static func kind(_ work: Work) -> SyntheticSource.Kind {
        switch work {
        case .encap: .pairs(.encap)
        case .decap: .pairs(.decap)
        case .replicate: .broadcasts
        case .learn: .newcomers
        }
    }

    private static func open(_ arguments: String, _ pool: PacketPool, txQueues: Int) throws -> Device {
        let device = try Device.attach(arguments)
        let info = try device.info
        // As many receive as transmit queues: net_null pairs them.
        try device.start(
            info: info, rxQueues: txQueues, txQueues: txQueues, mtu: 1500, promiscuous: true, verifiesChecksums: true, pool: pool)
        return device
    }

    func close() {
        source.close()
        sink.close()
        synthetic?.destroy()
    }
}
