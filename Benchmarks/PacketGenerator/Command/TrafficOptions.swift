import ArgumentParser
import Dataplane
import PacketGenerator

/// What the frames are.
struct TrafficOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Pairs of hosts: one local, one remote.", valueName: "n"))
    var flows = 1000

    @Option(help: ArgumentHelp("UDP flows of each pair.", valueName: "n"))
    var udpFlows = 1

    @Option(help: ArgumentHelp("VLANs that the pairs are spread over: 100 or 1-4000.", valueName: "range"))
    var vlans = "100"

    @Option(help: ArgumentHelp("VLAN v is the network with this VNI plus v.", valueName: "vni"))
    var vniBase: UInt32 = 10_000

    @Option(help: ArgumentHelp("MAC of the first local host; the others count up.", valueName: "mac"))
    var localMac = MACAddress(0x02, 0xAA, 0, 0, 0, 0)

    @Option(help: ArgumentHelp("MAC of the first remote host.", valueName: "mac"))
    var remoteMac = MACAddress(0x02, 0xBB, 0, 0, 0, 0)

    @Option(help: ArgumentHelp("Order of the pairs: random or sequential.", valueName: "order"))
    var order = Order.random

    @Option(help: ArgumentHelp("Seed of everything random.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Frame size: 64, imix (7 x 64, 4 x 594, 1 x 1518), or sizes with weights, 64:7,1518:1. Of the inner frame, untagged, with FCS.",
            valueName: "bytes"))
    var size = "64"

    enum Order: String, ExpressibleByArgument, CaseIterable { case random, sequential }

    func apply(to settings: inout Settings) throws {
        settings.plan.flows = flows
        settings.plan.udpFlows = udpFlows
        settings.plan.vlans = try range(vlans)
        settings.plan.vniBase = vniBase
        settings.plan.localMAC = localMac
        settings.plan.remoteMAC = remoteMac
        settings.plan.isRandom = order == .random
        settings.plan.seed = seed
        settings.sizes = try FrameSizes(size)
    }

    private func range(_ text: String) throws -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else {
            throw GeneratorError.usage("\"\(text)\" is not a range of VLANs: write 100 or 1-4000")
        }
        return first...last
    }
}

extension MACAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
