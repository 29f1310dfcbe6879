import Dataplane

extension ConfigurationChecker {
    /// Memberships beyond the probes of a second have to wait for their turn.
    func adviseOnLoops() {
        let ports = draft.ports.filter { $0.loopDetection?.value ?? false }
        let names = Set(ports.compactMap { $0.name?.value })
        let count = draft.networks.lazy.flatMap(\.members).count { names.contains($0.port.value) }
        let most = LoopTiming().probesPerSecond
        guard count > most, let position = ports.first?.loopDetection?.position else { return }
        findings.warning(
            at: position,
            "ports with `loop-detection` are \(count) members of networks, and \(most) are probed in a second: a loop may stand for \((count + most - 1) / most + 1) seconds before it is found",
            advice: "detect loops on fewer ports, where cables may be plugged wrongly")
    }
}
