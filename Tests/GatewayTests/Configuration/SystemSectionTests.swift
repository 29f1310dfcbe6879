import Gateway
import Testing

@Suite("The sections system, vxlan and macs")
struct SystemSectionTests {
    @Test(
        "Values out of range are errors",
        arguments: [
            ConfigurationCase.changing(
                ("memory: 512", "memory: «63"),
                finds: "error: `memory` must be a whole number from 64 to 1048576 (MiB), not `63`; choose a number in that range"),
            .changing(
                ("hugepages: auto", "hugepages: «of"),
                finds: "error: `hugepages` must be auto or required or off, not `of`; did you mean `off`?"),
            .changing(
                ("idle: adaptive", "idle: «sleepy"),
                finds: "error: `idle` must be adaptive or poll, not `sleepy`; write one of these words"),
            .changing(("port: 4789", "port: «0"), finds: "error: `port` must be a whole number from 1 to 65535, not `0`"),
            .changing(("port: 4789", "port: «65536"), finds: "error: `port` must be a whole number from 1 to 65535"),
            .changing(
                ("49152-65535", "«65535-49152"),
                finds: "error: `source-ports` must be a range of UDP ports with the smaller one first, not `65535-49152`"),
            .changing(("49152-65535", "«49152"), finds: "error: `source-ports` must be a range"),
            .changing(("49152-65535", "«0-65535"), finds: "error: `source-ports` must be a range"),
            .changing(("49152-65535", "«49152-65536"), finds: "error: `source-ports` must be a range"),
            .changing(("49152-65535", "«+49152-65535"), finds: "error: `source-ports` must be a range"),
            .changing(
                ("capacity: 65536", "capacity: «15"), finds: "error: `capacity` must be a whole number from 16 to 16777216"),
            .changing(("capacity: 65536", "capacity: «16777217"), finds: "error: `capacity` must be"),
            .changing(
                ("ageing: 300", "ageing: «86401"),
                finds: "error: `ageing` must be a whole number from 0 to 86400 (seconds; 0 is never)"),
            .changing(
                ("/run/viaduct/viaduct.sock", "«viaduct.sock"),
                finds: "error: `socket` must be an absolute path of at most 103 bytes"),
            .changing(("/run/viaduct/viaduct.sock", "«/run/viaduct/"), finds: "error: `socket` must be an absolute path"),
            .changing(
                ("/run/viaduct/viaduct.sock", "«/" + String(repeating: "s", count: 103)),
                finds: "error: `socket` must be an absolute path"),
            .changing(
                ("/run/viaduct/viaduct.sock", "«\"/a\\0b\""),
                finds: "error: `socket` must be an absolute path of at most 103 bytes, not `/a?b`"),
        ])
    func outOfRange(_ example: ConfigurationCase) { example.verify() }

    @Test("The longest socket path that fits is accepted")
    func longestSocketPath() {
        ConfigurationCase.changing(("/run/viaduct/viaduct.sock", "/" + String(repeating: "s", count: 102))).verify()
    }

    @Test(
        "Worker cores exist, are online, and are listed once",
        arguments: [
            ConfigurationCase.changing(
                ("cores: [1, 2]", "cores: [1, «7]"),
                finds: "error: worker core 7 does not exist: this machine offers 0-2; choose among those"),
            .changing(
                ("cores: [1, 2]", "cores: [1, «3]"),
                finds: "error: worker core 3 is offline or not allowed for this process: this machine offers 0-2"),
            .changing(("cores: [1, 2]", "cores: [2, «2]"), finds: "error: core 2 is listed twice"),
            .changing(("cores: [1, 2]", "cores: «[]"), finds: "error: `cores` is empty; name at least one CPU"),
            .changing(("cores: [1, 2]", "«cores:"), finds: "error: `cores` is empty"),
            .changing(("cores: [1, 2]", "cores: «1"), finds: "error: `cores` must be a list, not `1`"),
            .changing(
                ("cores: [1, 2]", "cores: [«-1]"), finds: "error: `cores` must be a whole number from 0 to 65535, not `-1`"),
            .changing(
                ("cores: [1, 2]", "cores: [\((0..<32).map(String.init).joined(separator: ", ")), «32]"),
                finds: "error: `cores` has 33 entries: at most 32 are possible"),
        ])
    func cores(_ example: ConfigurationCase) { example.verify() }

    @Test("The default core must exist as well")
    func defaultCore() {
        let alone = Configuration.Machine(existing: [0], usable: [0])
        ConfigurationCase.changing(
            ("cores: [1, 2]\n  memory", "«memory"), finds: "error: worker core 1 does not exist: this machine offers 0"
        )
        .verify(machine: alone)
    }

    @Test(
        "What is possible but unwise is a warning",
        arguments: [
            ConfigurationCase.changing(
                ("cores: [1, 2]", "cores: «[0, 1, 2]"), finds: "warning: every CPU runs a worker, and none is left for control"),
            .changing(
                ("cores: [1, 2]", "cores: «[0, 1, 2]"), ("idle: adaptive", "idle: «poll"),
                finds: "warning: every CPU runs a worker", "warning: workers that poll never yield"),
            .changing(("49152-65535", "«1000-65535"), finds: "warning: source ports 1000-65535 include well-known ports"),
            .changing(("49152-65535", "«1024-65535"), finds: "warning: source ports 1024-65535 are outside the dynamic ports"),
            .changing(("capacity: 65536", "capacity: «1023"), finds: "warning: a MAC table of 1023 entries fills quickly"),
            .changing(("ageing: 300", "ageing: «0"), finds: "warning: learned MAC addresses are never removed"),
        ])
    func advice(_ example: ConfigurationCase) { example.verify() }
}
