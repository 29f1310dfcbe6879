import Gateway
import Testing

@Suite("Bonds")
struct BondTests {
    private static let device = "device: \"net_tap1,iface=vd-lan1\""

    @Test(
        "A bond has a mode and members, and nothing beside it says what the port is made of",
        arguments: [
            ConfigurationCase.changing(
                (device, "bond: «{ members: [\"net_tap1,iface=vd-lan1\"] }"), finds: "error: `mode` is missing in `bond`; add `mode: lacp`"),
            .changing((device, "bond: { mode: lacp, members: «[] }"), finds: "error: `members` is empty"),
            .changing((device, "bond: «{ mode: lacp }"), finds: "error: `members` is missing in `bond`"),
            .changing(
                (device, "bond: { mode: «802.3ad, members: [net_tap1] }"),
                finds: "error: `mode` must be balance or lacp or active-backup, not `802.3ad`"),
            .changing(
                (device, "bond: { mode: active-backup, members: [net_tap1], hash: «l2 }"),
                finds: "error: `hash` has no meaning in `active-backup`"),
            .changing(
                (device, "device: «net_tap7\n    bond: { mode: lacp, members: [net_tap1] }"),
                finds: "error: `device` and `bond` exclude each other; list the device in `members` of the bond"),
            .changing(
                (device, "bond: { mode: lacp, members: [net_tap8, «net_tap8] }"),
                finds: "error: device `net_tap8` is already used on line 13"),
        ])
    func forms(_ example: ConfigurationCase) { example.verify() }

    @Test("It is read as it is written; flows are spread by all that tells them apart")
    func values() throws {
        let text = ConfigurationCase.changing((Self.device, "bond: { mode: balance, members: [\"0000:03:00.0\", net_tap1] }")).text
        let port = ConfigurationReader.read(text, machine: .sample).configuration?.ports.first { $0.name == "lan1" }
        #expect(port?.bond == Configuration.Bond(mode: .balance, members: ["0000:03:00.0", "net_tap1"], hash: .l34))
        #expect(port?.devices == ["0000:03:00.0", "net_tap1"])
    }
}
