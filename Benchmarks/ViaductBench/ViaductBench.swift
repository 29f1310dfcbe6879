import Dataplane
import Glibc

/// Cycles per packet of encapsulation or decapsulation in one worker, on virtual devices that cost little, beside those devices alone.
/// What is between the two is the gateway's own work. The two take turns, so that both meet the same noise.
@main
enum ViaductBench {
    static func main() {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            let traffic = Traffic(macs: options.macs, networks: min(options.networks, options.macs))
            let frames = traffic.frames(options.direction, seed: options.seed)
            if let path = options.framesFile { return try CaptureFile.write(frames, to: path) }
            let report = try measure(options, traffic, frames)
            print(options.asJSON ? try report.json() : report.text)
        } catch BenchError.usage(let text) {
            fail("\(text)\n\(Options.usage)", status: 64)
        } catch BenchError.failed(let text) {
            fail(text, status: 1)
        } catch let error as DeviceError {
            fail(error.message, status: 1)
        } catch {
            fail("\(error)", status: 1)
        }
    }

    private static func fail(_ text: String, status: Int32) -> Never {
        let line = Array("viaduct-bench: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(status)
    }

    private static func measure(_ options: Options, _ traffic: Traffic, _ frames: [[UInt8]]) throws -> Report {
        CoreWait.prefer()
        let capture = try CaptureFile(frames)
        defer { capture.remove() }
        let others = (0..<sysconf(Int32(_SC_NPROCESSORS_ONLN))).filter { $0 != options.core }
        guard others.count > 0 else { throw BenchError.failed("one core is measured, and one more is needed") }
        let memory = 128 + options.macs / 350
        try EAL.start(.init(workerCPUs: [options.core], controlCPUs: others, memory: memory, usesHugepages: options.usesHugepages))
        let testbed = try Testbed(options, traffic, capture)
        defer { testbed.close() }
        return Report(options, frameByteCount: frames[0].count, clock: testbed.clock, rounds: try rounds(options, testbed))
    }

    private static func rounds(_ options: Options, _ testbed: Testbed) throws -> [Round] {
        let wait = try CoreWait()
        return try (0..<options.repeats).map { _ in
            let devices = try Measurement.take(.devices(testbed), seconds: options.seconds, wait: wait)
            let gateway = try Measurement.take(.gateway(testbed, core: options.core), seconds: options.seconds, wait: wait)
            return Round(devices: devices, gateway: gateway)
        }
    }
}
