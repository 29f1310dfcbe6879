/// Everything that a session of the generator is made of.
package struct Settings: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Tagged frames on the access side, VXLAN on the underlay side: what is sent on one comes out on the other, the other way round.
        case gateway
        /// Tagged frames on both sides, which come out on the other one unchanged: a forwarder without VXLAN, as reference.
        case plain
        /// What is sent on a side comes back there unchanged.
        case reflect
    }

    /// Device strings as in the gateway's configuration; at least one is given.
    package var access: String?
    package var underlay: String?
    package var mode = Mode.gateway
    package var plan = FlowPlan()
    package var outer = OuterPlan()
    package var sizes = FrameSizes.imix
    /// CPUs of the loops: one polls all sides, of two each polls one.
    package var cores = [0]
    /// MiB of DPDK memory; as much as is needed when not given.
    package var memory: Int?
    /// `nil`: when enough are free.
    package var hugepages: Bool?
    /// Longest wait for links, for an answer of the gateway, or for the next announcement to come through.
    package var waitSecondsMaximum = 10.0

    package init() {}

    package func check() throws(GeneratorError) {
        guard access != nil || underlay != nil else { throw .usage("nothing to send on: give --access, --underlay or both") }
        guard access != underlay else { throw .usage("access and underlay are the same device") }
        guard (1...2).contains(cores.count), Set(cores).count == cores.count else { throw .usage("one core, or two different ones") }
        try plan.check()
        try outer.check()
    }
}
