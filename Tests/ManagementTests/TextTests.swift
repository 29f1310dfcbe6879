import Foundation
import Gateway
import Management
import Testing

@Suite struct TextTests {
    @Test func `numbers are right-aligned, text is left-aligned, and no line ends in spaces`() {
        var table = TextTable([.left("NAME"), .right("PACKETS"), .left("DEVICE")])
        let text = table.render([["lan0", "1,234", "net_tap0"], ["uplink0", "5", ""]])
        #expect(
            text == """
                NAME     PACKETS  DEVICE
                lan0       1,234  net_tap0
                uplink0        5

                """)
    }

    @Test func `rows that come later keep the columns and bring no headings`() {
        var table = TextTable([.left("A"), .right("B")])
        #expect(table.render([]) == "")
        #expect(table.render([["first", "1"]]) == "A      B\nfirst  1\n")
        #expect(table.render([["x", "2"]]) == "x      2\n")
        #expect(table.render([["longer", "3"]]) == "longer  3\n")
    }

    @Test func `counts have thousands separators`() {
        #expect(Readable.count(0) == "0")
        #expect(Readable.count(999) == "999")
        #expect(Readable.count(1000) == "1,000")
        #expect(Readable.count(-1_234_567) == "-1,234,567")
        #expect(Readable.count(1, "packet") == "1 packet")
        #expect(Readable.count(1000, "entry", plural: "entries") == "1,000 entries")
        #expect(Readable.count(UInt64.max) == "18,446,744,073,709,551,615")
    }

    @Test func `bytes have decimal units`() {
        #expect(Readable.bytes(999) == "999 B")
        #expect(Readable.bytes(1000) == "1.0 kB")
        #expect(Readable.bytes(999_949) == "999.9 kB")
        #expect(Readable.bytes(999_950) == "1.0 MB")
        #expect(Readable.bytes(12_345_678_901) == "12.3 GB")
        #expect(Readable.bytes(.max) == "18.4 EB")
    }

    @Test func `durations have two units at most`() {
        #expect(Readable.duration(seconds: 0) == "0s")
        #expect(Readable.duration(seconds: 59) == "59s")
        #expect(Readable.duration(seconds: 125) == "2m05s")
        #expect(Readable.duration(seconds: 11534) == "3h12m")
        #expect(Readable.duration(seconds: 446_400) == "5d04h")
    }

    @Test func `fractions are rounded`() {
        #expect(Readable.decimal(0.05, places: 1) == "0.1")
        #expect(Readable.decimal(92.5, places: 0) == "93")
        #expect(Readable.decimal(1234.06, places: 1) == "1,234.1")
        #expect(Readable.decimal(-0.01, places: 1) == "0.0")
        #expect(Readable.decimal(.nan, places: 1) == "-")
        #expect(Readable.percent(0.125) == "12.5 %")
    }

    @Test func `long lists are cut and counted`() {
        #expect(Readable.list([]) == "-")
        #expect(Readable.list(["a", "b"]) == "a b")
        #expect(Readable.list(["a", "b", "c", "d", "e", "f"]) == "a b c d +2")
    }
}

@Suite struct StatusTableTests {
    @Test func `ports`() {
        var ports = decode(Golden.ports, as: PortsDocument.self).ports
        ports[0].blockedBy = nil
        ports[0].settings = []
        let text = StatusTables.ports(ports)
        #expect(
            text == """
                NAME  ROLE      LINK     MTU  MAC                RX PACKETS  RX BYTES  TX PACKETS  TX BYTES  RX MISSED  TX DROPPED  OUTER CHECKSUM  DEVICE
                lan0  access    up 10G  1500  02:00:00:00:01:00   1,234,567  987.7 MB          20    2.0 kB          1           2  -               net_tap0,iface=vd-lan0
                wan0  underlay  down    1600  02:00:00:00:02:00           0       0 B           0       0 B          0           0  hardware        bond, lacp
                                active                                                                                                              0000:03:00.0
                                down                                                                                                                0000:03:00.1

                """)
    }

    @Test func `a port that is blocked`() {
        let lines = StatusTables.ports(decode(Golden.ports, as: PortsDocument.self).ports).split(separator: "\n")
        #expect(lines[1].hasPrefix("lan0  access    blocked  1500"))
        #expect(lines.last == "lan0 has learning: sticky, loop-detection: true")
        let block = "lan0 is blocked for 2m05s: loop in blue, probes sent to lan1 untagged come back from lan0 VLAN 100"
        #expect(lines.dropLast().last.map(String.init) == block)
    }

    @Test func `networks`() {
        let text = StatusTables.networks(decode(Golden.networks, as: NetworksDocument.self).networks)
        #expect(
            text == """
                NAME    VNI  UDP PORT  MACS  MEMBERS                                        GROUP      REMOTES
                blue  10100      4789     2  lan0:100 lan1:untagged lan0:200.20 lan1:200.*  239.1.1.1  192.0.2.2 2001:db8::2
                red   10200      8472     0  -                                              -          -

                blue has neighbor-suppression: true, inner-tag: keep

                """)
    }

    @Test func `MACs, sorted, with the age of those that have one`() {
        var text = MACTableText()
        var page = decode(Golden.macs, as: MACPage.self)
        page.macs.reverse()
        #expect(
            text.render(page) == """
                NETWORK  MAC                PORT  VLAN  REMOTE     ORIGIN   AGE
                blue     02:00:00:00:00:01  lan0   100  -          learned  12s
                blue     02:00:00:00:00:02  -        -  192.0.2.2  static     -
                red      02:00:00:00:00:03  lan1     -  -          held       -

                """)
        #expect(text.closing() == "")
    }

    @Test func `groups`() {
        #expect(
            StatusTables.groups(decode(Golden.groups, as: GroupsDocument.self).groups) == """
                GROUP           PORT  NETWORKS  VERSION  STATE    LAST QUERY
                239.1.1.1       wan0  blue red  IGMPv2   idle          1m15s
                ff02::1:ff00:1  wan0  -         MLDv2    joining           -

                """)
        #expect(StatusTables.groups([]) == "no groups\n")
    }

    @Test func `multicast inside of networks`() {
        #expect(
            MulticastTables.text(decode(Golden.multicast, as: MulticastDocument.self).multicast) == """
                NETWORK  PROTOCOL  STATE      QUERIER     VERSION  EXPIRES  ROUTERS
                blue     igmp      filtering  10.1.0.254  IGMPv3     4m10s  lan0:100
                blue     mld       flooding   -           -              -  -

                NETWORK  GROUP      MEMBERS                  EXPIRES
                blue     239.1.1.1  lan1:untagged 192.0.2.2    4m20s
                blue     239.1.1.2  everyone                      2s

                """)
        #expect(MulticastTables.text([]) == "no network snoops multicast\n")
    }

    @Test func `limits`() {
        #expect(
            StatusTables.limits(decode(Golden.limits, as: LimitsDocument.self).limits) == """
                SCOPE    NAME  LIMIT OF           LIMIT  PRESENT  BEYOND          REFUSED
                table    -     MACs              65,536    1,234  flood                 0
                port     lan0  MACs                 100      100  replace-oldest   12,345
                network  blue  unknown unicast  1,000/s        -  drop                  7

                """)
        #expect(StatusTables.limits([]) == "no limits\n")
    }

    @Test func `tunnels and neighbors`() {
        #expect(
            StatusTables.tunnels(decode(Golden.tunnels, as: TunnelsDocument.self).tunnels) == """
                REMOTE        UDP PORT  ORIGIN      LOCAL         STATE        NEXT HOP     PORT  PATH     RX PACKETS  TX PACKETS
                192.0.2.2         4789  configured  192.0.2.1     up           192.0.2.2    wan0                    5           6
                203.0.113.9       8472  discovered  198.51.100.1  up           192.0.2.253  wan0  up                7           8
                                                                               192.0.2.254  wan1  no link
                198.51.100.7      4789  configured  -             unreachable  -            -                       0           0

                """)
        #expect(
            StatusTables.neighbors(decode(Golden.neighbors, as: NeighborsDocument.self).neighbors) == """
                ADDRESS        MAC                NETWORK  PORT  REMOTE     STATE       ORIGIN
                192.0.2.2      02:00:00:00:00:09  -        wan0  -          reachable   resolved
                192.0.2.3      -                  -        wan0  -          incomplete  resolved
                10.1.0.1       02:00:00:00:00:01  blue     lan0  -          known       snooped
                2001:db8:1::2  02:00:00:00:00:02  blue     -     192.0.2.2  static      configured

                """)
    }

    @Test func `drops that never happened are left out unless all are asked for`() {
        let drops = decode(Golden.drops, as: DropsDocument.self).drops
        #expect(StatusTables.drops(drops, all: false).split(separator: "\n").count == 2)
        #expect(StatusTables.drops(drops, all: true).split(separator: "\n").count == 3)
        #expect(StatusTables.drops([], all: true) == "no packets dropped\n")
    }

    @Test func `workers, their queues, and how evenly ports are spread over them`() {
        let workers = decode(Golden.workers, as: WorkersDocument.self).workers
        #expect(
            WorkerTables.text(workers, decode(Golden.ports, as: PortsDocument.self).ports) == """
                CORE  NUMA NODE    BUSY    PACKETS  CYCLES/PACKET  AVERAGE BURST  BURST FILL
                   1          0  12.5 %  1,234,567             93           17.3      53.9 %
                   2          0   0.0 %      1,000              0            0.0       0.0 %

                PORT  QUEUE  CORE    PACKETS  PACKETS/S   SHARE
                lan0      0     1  1,000,000      7,500  75.0 %
                lan0      1     2      1,000      2,501  25.0 %
                wan0      0     1    234,567          0       -
                wan0      1     2          0          0       -

                PORT  QUEUES  BUSIEST  SPREAD BY
                lan0       2    1.50x  kernel
                wan0       2        -  rss: inner ip tcp udp, symmetric

                port wan0 refused: queue table of 128 entries: Operation not supported

                """)
    }

    @Test func `empty tables say so`() {
        #expect(StatusTables.ports([]) == "no ports\n")
        #expect(StatusTables.networks([]) == "no networks\n")
        #expect(StatusTables.tunnels([]) == "no tunnels\n")
        #expect(StatusTables.neighbors([]) == "no neighbors\n")
        #expect(WorkerTables.text([], []) == "no workers\n")
        #expect(MACTableText().closing() == "no MAC entries\n")
    }

    @Test func `the overview`() {
        #expect(
            Overview.text(decode(Golden.summary, as: GatewaySummary.self)) == """
                viaduct 0.1.0, process 4711, up 3h12m, configuration /etc/viaduct/lab.yaml
                  received        1,234,567 packets, 987.7 MB
                  transmitted     1,234,000 packets, 1.0 MB
                  dropped         567 packets
                  MAC entries     3 of 65,536
                  packet buffers  8,000 free of 8,191

                """)
    }
}
