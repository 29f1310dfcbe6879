import ArgumentParser
import PacketGenerator

/// Where to send, and on which cores.
struct DeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Device of the access side: PCI address or DPDK virtual device.", valueName: "device"))
    var access: String?

    @Option(help: ArgumentHelp("Device of the underlay side.", valueName: "device"))
    var underlay: String?

    @Flag(help: "Send tagged frames on both sides and expect them unchanged on the other: measures a forwarder without VXLAN.")
    var plain = false

    @Flag(help: "Expect what is sent on a side to come back there unchanged.")
    var reflect = false

    @Option(
        name: [.long, .customLong("core")],
        help: ArgumentHelp("CPU that sends and receives; two, separated by a comma, take a side each.", valueName: "list"))
    var cores = "0"

    @Option(help: ArgumentHelp("DPDK memory, instead of what is needed.", valueName: "MiB"))
    var memory: Int?

    @Option(help: ArgumentHelp("Hugepages: auto, required or off.", valueName: "use"))
    var hugepages = Hugepages.auto

    @Option(help: ArgumentHelp("Longest wait for a link, for an answer to ARP, or for another announcement.", valueName: "seconds"))
    var timeout = 10.0

    enum Hugepages: String, ExpressibleByArgument, CaseIterable { case auto, required, off }

    func apply(to settings: inout Settings) throws {
        guard !(plain && reflect) else { throw GeneratorError.usage("--plain and --reflect exclude each other") }
        settings.access = access
        settings.underlay = underlay
        settings.mode = plain ? .plain : reflect ? .reflect : .gateway
        settings.cores = try cores.split(separator: ",", omittingEmptySubsequences: false).map {
            guard let core = Int($0), (0...1023).contains(core) else { throw GeneratorError.usage("\"\(cores)\" is not a list of CPUs") }
            return core
        }
        if let memory, !(32...65536).contains(memory) { throw GeneratorError.usage("--memory is 32 to 65536 MiB") }
        settings.memory = memory
        guard (0.5...600).contains(timeout) else { throw GeneratorError.usage("--timeout is 0.5 to 600 seconds") }
        settings.waitSecondsMaximum = timeout
        settings.hugepages = hugepages == .auto ? nil : hugepages == .required
    }
}
