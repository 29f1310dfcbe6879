import ArgumentParser
import Dataplane
import Gateway

extension MACAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension IPAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension VLANID: ExpressibleByArgument {
    public init?(argument: String) {
        guard let number = UInt16(argument) else { return nil }
        self.init(number)
    }
}

extension MACOrigin: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }
    public static var allValueStrings: [String] { MACOrigin.allCases.map(\.name) }
}

/// Which MAC entries are meant.
struct MACFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only entries of this network.", valueName: "name"))
    var network: String?

    @Option(help: ArgumentHelp("Only entries behind this access port.", valueName: "name"))
    var port: String?

    @Option(help: ArgumentHelp("Only entries behind this remote VTEP.", valueName: "address"))
    var remote: IPAddress?

    @Option(help: ArgumentHelp("Only this MAC, in whichever networks.", valueName: "mac"))
    var mac: MACAddress?

    @Option(help: ArgumentHelp("Only entries of this origin: static, control (held MACs too) or learned.", valueName: "origin"))
    var origin: MACOrigin?

    var filter: MACFilter { MACFilter(network: network, port: port, remote: remote, mac: mac, origin: origin) }
}
