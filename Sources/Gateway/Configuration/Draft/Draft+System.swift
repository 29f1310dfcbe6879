extension Draft.System {
    static let keys = ["cores", "memory", "hugepages", "idle", "socket"]

    /// `node` is `nil` when the section is left out.
    init(_ node: YAMLNode?, missingAt position: Configuration.Position) {
        let standard = Configuration.System()
        let section = node?.mapping(keys: Draft.System.keys)
        cores = Draft.System.cores(section?["cores"], standard: standard.cores, missingAt: section?.position ?? position)
        memory = section.value("memory", default: standard.memory, missingAt: position) {
            $0.integer(in: Configuration.Limits.memory, unit: "MiB")
        }
        hugepages = section.value("hugepages", default: standard.hugepages, missingAt: position) {
            $0.choice(of: Configuration.Hugepages.self)
        }
        idle = section.value("idle", default: standard.idle, missingAt: position) { $0.choice(of: Configuration.Idle.self) }
        socket = section.value("socket", default: standard.socket, missingAt: position) { $0.socketPath() }
    }

    private static func cores(
        _ node: YAMLNode?, standard: [Int], missingAt position: Configuration.Position
    ) -> Entries<Located<Int>> {
        guard let node else { return Entries(standard.map { Located($0, at: position) }, at: position) }
        let cores = Entries(of: node, atMost: Configuration.Limits.workers, missingAt: position) { $0.integer(in: 0...65535) }
        if cores.isEmpty, cores.isComplete {
            node.findings.error(at: node.position, "`cores` is empty", advice: "name at least one CPU, for example `cores: [1]`")
        }
        return cores
    }
}

extension YAMLNode {
    /// An absolute path that fits a Unix socket address.
    fileprivate func socketPath() -> Located<String>? {
        let bytes = Configuration.Limits.socketByteCount
        return parsed(
            "an absolute path of at most \(bytes.upperBound) bytes", advice: "write a path such as \(Configuration.defaultSocket)"
        ) { path in
            let isPath = path.hasPrefix("/") && !path.hasSuffix("/") && !path.unicodeScalars.contains { $0.value < 0x20 }
            return isPath && bytes.contains(path.utf8.count) ? path : nil
        }
    }
}
