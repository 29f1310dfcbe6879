import Gateway
import Testing

@Suite("Configured hosts of networks")
struct HostNeighborKeyTests {
    @Test(
        "Configured hosts of a network are hosts, each once, in a network that answers for them",
        arguments: [
            ConfigurationCase.changing(
                (
                    "vni: 10200",
                    "vni: 10200\n    neighbors:\n      «- { address: 10.0.0.1, mac: \"02:00:00:00:00:01\" }"
                ),
                finds: "error: `neighbors` have no meaning without `neighbor-suppression: true`; add that key, or remove the neighbors"),
            .changing(
                (
                    "vni: 10200",
                    "vni: 10200\n    neighbor-suppression: false\n    neighbors: «[{ address: 10.0.0.1, mac: \"02:00:00:00:00:01\" }]"
                ), finds: "error: `neighbors` have no meaning without"),
            .changing(
                (
                    "vni: 10200",
                    "vni: 10200\n    neighbor-suppression: true\n    neighbors:\n      - { address: \"fe80::1\", mac: \"02:00:00:00:00:01\" }\n      - { address: «\"fe80::1\", mac: \"02:00:00:00:00:02\" }\n      - { address: «224.0.0.1, mac: \"02:00:00:00:00:02\" }"
                ), finds: "error: neighbor fe80::1 is already listed on line 43", "error: neighbor 224.0.0.1 is a multicast address"),
            .changing(
                (
                    "vni: 10200",
                    "vni: 10200\n    neighbor-suppression: true\n    neighbors:\n      - { address: 10.0.0.1, mac: «\"01:00:00:00:00:01\" }"
                ), finds: "error: `mac`"),
        ])
    func hostNeighbors(_ example: ConfigurationCase) { example.verify() }
}
