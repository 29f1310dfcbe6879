import Dataplane

/// What an access port asks for beyond forwarding.
package struct PortPolicy: Equatable, Sendable {
    package var learning = Configuration.Learning.on
    package var macLimit: Configuration.MACLimit?
    package var stormControl = Configuration.StormControl()
    package var isIsolated = false
    package var splitHorizonGroup: Int?
    package var detectsLoops = false
    package var serviceTag = Configuration.ServiceTag.ieee8021ad

    /// Of a port that asks for nothing.
    package init() {}

    init(_ port: Configuration.Port) {
        learning = port.learning
        macLimit = port.macLimit
        stormControl = port.stormControl
        isIsolated = port.isIsolated
        splitHorizonGroup = port.splitHorizonGroup
        detectsLoops = port.detectsLoops
        serviceTag = port.serviceTag
    }
}

/// What a network asks for beyond forwarding.
package struct NetworkPolicy: Equatable, Sendable {
    package var macLimit: Configuration.MACLimit?
    package var stormControl = Configuration.StormControl()
    package var moves = Configuration.MoveGuard()
    package var suppressesNeighbors = false
    package var neighbors: [Configuration.StaticNeighbor] = []
    package var snoopsMulticast = false
    package var innerTag = Configuration.InnerTag.drop
    package var linkLocal: Set<Configuration.LinkLocalProtocol> = []

    /// Of a network that asks for nothing.
    package init() {}

    init(_ network: Configuration.Network, moves: Configuration.MoveGuard) {
        macLimit = network.macLimit
        stormControl = network.stormControl
        self.moves = network.moves ?? moves
        suppressesNeighbors = network.suppressesNeighbors
        neighbors = network.neighbors
        snoopsMulticast = network.snoopsMulticast
        innerTag = network.innerTag
        linkLocal = network.linkLocal
    }

    /// What of it workers look at.
    package var features: NetworkFeatures {
        var features: NetworkFeatures = []
        if suppressesNeighbors { features.insert(.neighborSuppression) }
        if snoopsMulticast { features.insert(.multicastSnooping) }
        switch innerTag {
        case .drop: break
        case .strip: features.insert(.innerTagStrip)
        case .keep: features.insert(.innerTagKeep)
        }
        for name in linkLocal {
            switch name {
            case .bpdu: features.insert(.carriesBPDU)
            case .pause: features.insert(.carriesPause)
            case .lacp: features.insert(.carriesLACP)
            case .lldp: features.insert(.carriesLLDP)
            }
        }
        return features
    }
}

extension Configuration.StormControl {
    var rates: [FloodClass: Int] {
        let all: [(FloodClass, Int?)] = [(.broadcast, broadcast), (.unknownUnicast, unknownUnicast), (.multicast, multicast)]
        return Dictionary(uniqueKeysWithValues: all.compactMap { name, rate in rate.map { (name, $0) } })
    }
}

// Steps that concern policies.

extension Reconciler {
    mutating func setPortPolicy(_ name: String, _ policy: PortPolicy) {
        guard let port = ports[name] else { return }
        portPolicies[port.index] = policy
        tables.ports.vlanMap(port.index)?.setServiceTagType(policy.serviceTag.etherType)
        tables.ports.setLearning(port.index, LearningMode(policy.learning))
        tables.ports.setIsolation(port.index, isIsolated: policy.isIsolated, group: policy.splitHorizonGroup.map { UInt8($0) })
        tables.macs.setSticky(policy.learning == .sticky, port.index)
        tables.macs.setLimit(policy.macLimit?.maximum, drops: policy.macLimit?.action == .drop, of: port.index)
        leftovers.meters.append(tables.ports.publishStormMeters(port.index, .make(policy.stormControl.rates)))
        // What workers have seen this second would pass as if it were still learned.
        tables.macs.forgetSeen()
    }

    mutating func setNetworkPolicy(_ vni: VNI, _ policy: NetworkPolicy) {
        guard let network = networks[vni] else { return }
        networks[vni]?.policy = policy
        apply(policy, to: network.index)
    }

    mutating func apply(_ policy: NetworkPolicy, to network: NetworkIndex) {
        tables.networks.setFeatures(network, policy.features)
        tables.macs.setLimit(policy.macLimit?.maximum, drops: policy.macLimit?.action == .drop, of: network)
        leftovers.meters.append(tables.networks.publishStormMeters(network, .make(policy.stormControl.rates)))
        if !policy.snoopsMulticast { unpublishMulticast(network) }
    }
}

extension LearningMode {
    init(_ learning: Configuration.Learning) {
        switch learning {
        case .on: self = .on
        case .off: self = .off
        case .sticky: self = .sticky
        case .locked: self = .locked
        }
    }
}
