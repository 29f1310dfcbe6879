extension Draft.VXLAN {
    /// `node` is `nil` when the section is left out.
    init(_ node: YAMLNode?, missingAt position: Configuration.Position) {
        let standard = Configuration.VXLAN()
        let section = node?.mapping(keys: ["port", "source-ports"])
        port = section.value("port", default: standard.port, missingAt: position) {
            $0.integer(in: Configuration.Limits.udpPort)?.map(UInt16.init)
        }
        sourcePorts = section.value("source-ports", default: standard.sourcePorts, missingAt: position) {
            $0.parsed(
                "a range of UDP ports with the smaller one first", advice: "write it as in 49152-65535", Draft.VXLAN.range)
        }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? UInt16(part) : nil
        }
        guard ends.count == 2, let first = ends[0], let last = ends[1], 1 <= first, first <= last else { return nil }
        return first...last
    }
}

extension Draft.MACs {
    /// `node` is `nil` when the section is left out.
    init(_ node: YAMLNode?, missingAt position: Configuration.Position) {
        let standard = Configuration.MACs()
        let section = node?.mapping(keys: ["capacity", "ageing"])
        capacity = section.value("capacity", default: standard.capacity, missingAt: position) {
            $0.integer(in: Configuration.Limits.macCapacity)
        }
        ageing = section.value("ageing", default: standard.ageing, missingAt: position) {
            $0.integer(in: Configuration.Limits.ageing, unit: "seconds; 0 is never")
        }
    }
}
