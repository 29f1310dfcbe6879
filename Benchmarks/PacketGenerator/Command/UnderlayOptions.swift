import ArgumentParser
import Dataplane
import PacketGenerator

/// The underlay between the gateway and the VTEPs that the generator plays.
struct UnderlayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address of the gateway on the underlay.", valueName: "address"))
    var gateway = IPv4Argument(0xC000_0201)

    @Option(help: ArgumentHelp("MAC of the gateway, instead of asking for it by ARP.", valueName: "mac"))
    var gatewayMac: MACAddress?

    @Option(help: ArgumentHelp("Remote VTEPs, which the flows of each network are spread over.", valueName: "n"))
    var vteps = 1

    @Option(help: ArgumentHelp("Address of the first VTEP; the others count up. ARP for them is answered.", valueName: "address"))
    var firstVtep = IPv4Argument(0xC000_0202)

    @Option(help: ArgumentHelp("UDP port of VXLAN.", valueName: "port"))
    var udpPort: UInt16 = 4789

    func apply(to settings: inout Settings) throws {
        settings.outer.gateway = gateway.address
        settings.outer.gatewayMAC = gatewayMac
        settings.outer.vteps = vteps
        settings.outer.firstVTEP = firstVtep.address
        settings.outer.udpPort = udpPort
    }
}

/// An IPv4 address on the command line.
struct IPv4Argument: ExpressibleByArgument {
    let address: UInt32

    init(_ address: UInt32) { self.address = address }

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        address = parts.reduce(0) { $0 << 8 | UInt32($1!) }
    }

    var defaultValueDescription: String { (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".") }
}
