import Gateway
import Testing

@Suite("Keys about loops")
struct LoopKeyTests {
    /// A file whose port lan0 is so many members of networks, 250 in each; lan1 of one more.
    private func file(memberships: Int, mark: String) -> String {
        var lines = [
            "ports:", "  - { name: lan0, device: \"net_tap0,iface=vd-lan0\", role: access, loop-detection: \(mark)true }",
            "  - { name: lan1, device: \"net_tap1,iface=vd-lan1\", role: access }", "networks:",
        ]
        for start in stride(from: 1, through: memberships, by: 250) {
            lines += ["  - name: net\(start)", "    vni: \(start)", "    members:"]
            lines += (start..<min(start + 250, memberships + 1)).map { "      - { port: lan0, vlan: \($0) }" }
            lines.append("      - { port: lan1, vlan: \(start) }")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("As many memberships as are probed in a second pass, one more is told")
    func tooMany() {
        ConfigurationCase(text: file(memberships: 1000, mark: ""), finds: []).verify()
        ConfigurationCase(
            text: file(memberships: 1001, mark: "«"),
            finds: ["warning: ports with `loop-detection` are 1001 members of networks, and 1000 are probed in a second: a loop"]
        ).verify()
    }

    @Test("The key has no meaning on an underlay port")
    func role() {
        ConfigurationCase.changing(
            ("role: underlay", "role: underlay\n    loop-detection: «true"),
            finds: "error: `loop-detection` has no meaning on an underlay port; remove it, or make the port `role: access`"
        ).verify()
    }

    @Test("It is true or false")
    func form() {
        ConfigurationCase.changing(
            ("role: access\n    mtu: 1500\n  - name: lan1", "role: access\n    loop-detection: «maybe\n  - name: lan1"),
            finds: "error: `loop-detection` must be true or false, not `maybe`"
        ).verify()
    }
}
