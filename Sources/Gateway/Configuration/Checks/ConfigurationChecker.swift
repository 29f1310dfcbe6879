/// The checks between values of a draft. Each topic is a file of its own; each reports and goes on, and none builds on another
/// having passed.
struct ConfigurationChecker {
    let draft: Draft
    let machine: Configuration.Machine
    let findings: Findings
    /// Ports by name, the first of each.
    let ports: [String: Draft.Port]
    let underlays: [Draft.Port]
    let ways: Ways

    init(draft: Draft, machine: Configuration.Machine, findings: Findings) {
        self.draft = draft
        self.machine = machine
        self.findings = findings
        ports = Dictionary(
            draft.ports.compactMap { port in port.name.map { ($0.value, port) } }, uniquingKeysWith: { first, _ in first })
        underlays = draft.ports.filter { $0.role?.value == .underlay }
        ways = Ways(draft)
    }

    func run() {
        checkCores()
        checkIdentities()
        checkRoles()
        checkAddresses()
        checkGateways()
        checkNeighbors()
        checkPortFields()
        checkVXLAN()
        checkRoutes()
        checkMembers()
        checkServiceVLANs()
        checkKeptTags()
        checkRemotes()
        checkGroups()
        checkMTUs()
        checkStaticMACs()
        checkHostNeighbors()
        adviseOnSystem()
        adviseOnPorts()
        adviseOnUnderlay()
        adviseOnNetworks()
        adviseOnLimits()
        adviseOnTables()
        adviseOnLoops()
    }

    /// Whether every port of the file is known by name, so that a name that is not found is really unknown.
    var portNamesAreComplete: Bool { draft.ports.isComplete && draft.ports.allSatisfy { $0.name != nil } }

    /// Each of `keys` that is equal to an earlier one, and where the first of those is.
    func repeats<Key: Hashable>(in keys: some Sequence<Located<Key>>) -> [(key: Located<Key>, first: Configuration.Position)] {
        var first: [Key: Configuration.Position] = [:]
        return keys.compactMap { key in
            if let earlier = first[key.value] { return (key, earlier) }
            first[key.value] = key.position
            return nil
        }
    }
}
