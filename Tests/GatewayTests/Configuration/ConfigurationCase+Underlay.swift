extension ConfigurationCase {
    /// A file without findings that has every key which concerns the underlay: two uplinks, both families, routes, groups.
    static let underlaySample = """
        ports:
          - { name: lan0, device: net_tap0, role: access, mtu: 1500 }
          - name: wan0
            device: net_tap1
            role: underlay
            mtu: 1600
            vlan: 300
            priority: 5
            dscp: 46
            addresses: [192.0.2.1/24, "2001:db8::1/64"]
            gateway: [192.0.2.254, "fe80::1"]
            neighbors:
              - { address: "2001:db8::9", mac: "02:00:00:00:00:09" }
              - { address: "fe80::1", mac: "02:00:00:00:00:01" }
            udp6-zero-checksum: [send, receive]
          - name: wan1
            device: net_tap2
            role: underlay
            mtu: 1700
            addresses: [198.51.100.1/24, "2001:db8:1::1/64"]
            gateway: 198.51.100.254
        vxlan:
          port: 4789
          local: [203.0.113.1, "2001:db8:ffff::1"]
          accept: [203.0.113.0/24, "2001:db8:2::/48"]
          reserved-bits: 0x80000000000000ff
          udp-checksum: true
          ttl: 32
          dscp: copy
          df: inherit
        routes:
          - { prefix: 10.1.0.0/16, next-hops: [192.0.2.253, 198.51.100.253] }
          - { prefix: "2001:db8:2::/48", next-hops: ["2001:db8::fe"] }
        networks:
          - name: blue
            vni: 10100
            port: 8472
            mtu: 1450
            icmp-too-big: true
            members: [{ port: lan0, vlan: 100 }]
            remotes: [10.1.0.9, "2001:db8:2::9", 172.16.0.9]
            group: 239.1.1.1
            group-port: wan1
            static-macs:
              - { mac: "02:00:00:00:00:02", remote: "2001:db8::2" }
          - name: red
            vni: 10200
            members: [{ port: lan0, vlan: 200 }]
            group: "ff05::1:2"

        """
}
