import ArgumentParser
import Glibc
import PacketGenerator

@main
struct ViaductPktgen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viaduct-pktgen",
        abstract: "Sends traffic through a VXLAN gateway and measures loss, order and latency.",
        discussion: """
            On the access side it plays the local hosts, with tagged frames; on the underlay side remote VTEPs and the hosts behind them, \
            with VXLAN packets. What is sent on one side is expected on the other.

              viaduct-pktgen --access net_virtio_user0,path=/run/a.sock --underlay net_virtio_user1,path=/run/u.sock --rate 1Mpps
              viaduct-pktgen --access 0000:03:00.0 --underlay 0000:03:00.1 --vlans 1-4000 --flows 100000 --search both --json

            Rates are those of each direction. docs/PKTGEN.md has more.

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """)

    @OptionGroup(title: "Devices") var devices: DeviceOptions
    @OptionGroup(title: "Traffic") var traffic: TrafficOptions
    @OptionGroup(title: "Underlay") var underlay: UnderlayOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Run") var sending: RunOptions

    static func main() {
        Interrupt.block()
        do {
            var command = try parse()
            try command.run()
        } catch let error as GeneratorError {
            fail(error)
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let line = message(for: error).split(whereSeparator: \.isNewline).first.map(String.init) ?? "\(error)"
            fail(code == .validationFailure ? .usage("\(line); see 'viaduct-pktgen --help'") : .failed(line))
        }
    }

    private static func fail(_ error: GeneratorError) -> Never {
        let (text, status): (String, Int32) =
            switch error {
            case .usage(let text): (text, 64)
            case .failed(let text): (text, 1)
            case .interrupted: ("ended by a signal before there was a result", 1)
            }
        StandardStream.error("viaduct-pktgen: \(text)")
        Glibc.exit(status)
    }

    private func settings() throws -> Settings {
        var settings = Settings()
        try devices.apply(to: &settings)
        try traffic.apply(to: &settings)
        try underlay.apply(to: &settings)
        try settings.check()
        return settings
    }

    mutating func run() throws {
        let settings = try settings()
        if sending.printConfig { return try StandardStream.output(GatewayConfiguration(settings).text) }
        let progress = Progress(isQuiet: sending.quiet)
        let generator = try Generator(settings)
        defer { generator.close() }
        let session = Session(generator: generator, progress: progress, options: self)
        let report = try session.report()
        progress.clear()
        try StandardStream.output(sending.json ? try report.json() + "\n" : report.text)
    }
}
