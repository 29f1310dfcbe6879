/// The documents of the API as programs see them. A change here is a change of a contract.
enum Golden {
    static let summary = """
        {
          "version": "0.1.0", "pid": 4711, "configuration": "/etc/viaduct/lab.yaml",
          "totals": {
            "uptime_seconds": 11534, "rx_packets": 1234567, "rx_bytes": 987654321, "tx_packets": 1234000,
            "tx_bytes": 1048576, "dropped_packets": 567
          },
          "macs": {"count": 3, "capacity": 65536},
          "packet_pool": {"free": 8000, "size": 8191}
        }
        """

    static let ports = """
        {"ports": [
          {
            "name": "lan0", "role": "access", "device": "net_tap0,iface=vd-lan0", "bond": null, "driver": "net_tap",
            "mac": "02:00:00:00:01:00", "link": "up", "link_megabits": 10000, "mtu": 1500, "numa_node": null,
            "queues": {"rx": 2, "tx": 2}, "offloads": ["multi_segment"], "outer_checksum": null,
            "spread": {"by": "kernel", "headers": null, "fields": [], "symmetric": false, "refused": []},
            "rx_packets": 1234567, "rx_bytes": 987654321, "tx_packets": 20, "tx_bytes": 2000,
            "rx_missed": 1, "rx_errors": 0, "tx_dropped": 2,
            "blocked_by": {
              "cause": "loop", "network": "blue", "sent": "lan1 untagged", "returned": "lan0 VLAN 100", "seconds": 125
            }, "settings": ["learning: sticky", "loop-detection: true"]
          },
          {
            "name": "wan0", "role": "underlay", "device": "0000:03:00.0 + 0000:03:00.1", "driver": "net_bonding",
            "bond": {"mode": "lacp", "members": [
              {"device": "0000:03:00.0", "link": "up", "active": true}, {"device": "0000:03:00.1", "link": "down", "active": false}]},
            "mac": "02:00:00:00:02:00", "link": "down", "link_megabits": null, "mtu": 1600, "numa_node": 1,
            "queues": {"rx": 2, "tx": 1}, "offloads": ["outer_ipv4_checksum", "multi_segment"],
            "spread": {
              "by": "rss", "headers": "inner", "fields": ["ip", "tcp", "udp"], "symmetric": true,
              "refused": ["queue table of 128 entries: Operation not supported"]
            },
            "outer_checksum": "hardware", "rx_packets": 0, "rx_bytes": 0, "tx_packets": 0, "tx_bytes": 0,
            "rx_missed": 0, "rx_errors": 0, "tx_dropped": 0, "blocked_by": null, "settings": []
          }
        ]}
        """

    static let networks = """
        {"networks": [
          {
            "name": "blue", "vni": 10100, "udp_port": 4789, "group": "239.1.1.1",
            "members": [
              {"port": "lan0", "service_vlan": null, "vlan": 100}, {"port": "lan1", "service_vlan": null, "vlan": null},
              {"port": "lan0", "service_vlan": 200, "vlan": 20}, {"port": "lan1", "service_vlan": 200, "vlan": null}
            ],
            "remotes": ["192.0.2.2", "2001:db8::2"], "macs": 2,
            "settings": ["neighbor-suppression: true", "inner-tag: keep"]
          },
          {"name": "red", "vni": 10200, "udp_port": 8472, "group": null, "members": [], "remotes": [], "macs": 0, "settings": []}
        ]}
        """

    static let macs = """
        {"macs": [
          {
            "network": "blue", "mac": "02:00:00:00:00:01", "port": "lan0", "service_vlan": null, "vlan": 100, "remote": null,
            "origin": "learned", "held": null, "age_seconds": 12
          },
          {
            "network": "blue", "mac": "02:00:00:00:00:02", "port": null, "service_vlan": null, "vlan": null, "remote": "192.0.2.2",
            "origin": "static", "held": null, "age_seconds": null
          },
          {
            "network": "red", "mac": "02:00:00:00:00:03", "port": "lan1", "service_vlan": null, "vlan": null, "remote": null,
            "origin": "control",
            "held": {"moves": 5, "places": ["lan1 untagged", "remote 192.0.2.2"], "seconds_left": 170}, "age_seconds": null
          }
        ], "total": 3, "next": null}
        """

    static let tunnels = """
        {"tunnels": [
          {
            "remote": "192.0.2.2", "local": "192.0.2.1", "state": "up", "next_hop": "192.0.2.2", "port": "wan0",
            "udp_port": 4789, "origin": "configured",
            "paths": [{"port": "wan0", "next_hop": "192.0.2.2", "state": "up", "mac": "02:00:00:00:00:09"}],
            "rx_packets": 5, "tx_packets": 6
          },
          {
            "remote": "203.0.113.9", "local": "198.51.100.1", "state": "up", "next_hop": "192.0.2.253", "port": "wan0",
            "udp_port": 8472, "origin": "discovered",
            "paths": [
              {"port": "wan0", "next_hop": "192.0.2.253", "state": "up", "mac": "02:00:00:00:00:09"},
              {"port": "wan1", "next_hop": "192.0.2.254", "state": "no_link", "mac": null}
            ],
            "rx_packets": 7, "tx_packets": 8
          },
          {
            "remote": "198.51.100.7", "local": null, "state": "unreachable", "next_hop": null, "port": null,
            "udp_port": 4789, "origin": "configured", "paths": [],
            "rx_packets": 0, "tx_packets": 0
          }
        ]}
        """

    static let groups = """
        {"groups": [
          {
            "group": "239.1.1.1", "port": "wan0", "networks": ["blue", "red"], "version": "IGMPv2", "state": "idle",
            "query_age_seconds": 75
          },
          {
            "group": "ff02::1:ff00:1", "port": "wan0", "networks": [], "version": "MLDv2", "state": "joining",
            "query_age_seconds": null
          }
        ]}
        """

    static let limits = """
        {"limits": [
          {"scope": "table", "name": null, "kind": "macs", "limit": 65536, "current": 1234, "action": "flood", "refused": 0},
          {"scope": "port", "name": "lan0", "kind": "macs", "limit": 100, "current": 100, "action": "replace-oldest", "refused": 12345},
          {"scope": "network", "name": "blue", "kind": "unknown_unicast", "limit": 1000, "current": null, "action": "drop", "refused": 7}
        ]}
        """

    static let multicast = """
        {"multicast": [
          {
            "network": "blue", "protocol": "igmp", "state": "filtering", "querier": "10.1.0.254", "version": "IGMPv3",
            "querier_expires_seconds": 250, "routers": [{"port": "lan0", "service_vlan": null, "vlan": 100, "remote": null, "expires_seconds": 250}],
            "groups": [
              {
                "group": "239.1.1.1", "flooded": false, "members": [
                  {"port": "lan1", "service_vlan": null, "vlan": null, "remote": null, "expires_seconds": 260},
                  {"port": null, "service_vlan": null, "vlan": null, "remote": "192.0.2.2", "expires_seconds": 75}
                ]
              },
              {
                "group": "239.1.1.2", "flooded": true,
                "members": [{"port": "lan0", "service_vlan": null, "vlan": 100, "remote": null, "expires_seconds": 2}]
              }
            ]
          },
          {
            "network": "blue", "protocol": "mld", "state": "flooding", "querier": null, "version": null,
            "querier_expires_seconds": null, "routers": [], "groups": []
          }
        ]}
        """

    static let neighbors = """
        {"neighbors": [
          {
            "address": "192.0.2.2", "mac": "02:00:00:00:00:09", "network": null, "port": "wan0", "remote": null,
            "state": "reachable", "origin": "resolved"
          },
          {
            "address": "192.0.2.3", "mac": null, "network": null, "port": "wan0", "remote": null, "state": "incomplete",
            "origin": "resolved"
          },
          {
            "address": "10.1.0.1", "mac": "02:00:00:00:00:01", "network": "blue", "port": "lan0", "remote": null,
            "state": "known", "origin": "snooped"
          },
          {
            "address": "2001:db8:1::2", "mac": "02:00:00:00:00:02", "network": "blue", "port": null, "remote": "192.0.2.2",
            "state": "static", "origin": "configured"
          }
        ]}
        """

    static let drops = """
        {"drops": [
          {
            "reason": "vlan_unknown", "stage": "access", "packets": 1500,
            "explanation": "tagged with a VLAN that is no member of a network on this port"
          },
          {
            "reason": "vni_unknown", "stage": "decapsulation", "packets": 0,
            "explanation": "VNI is of no network here"
          }
        ]}
        """

    static let workers = """
        {"workers": [
          {
            "core": 1, "numa_node": 0, "busy_ratio": 0.125, "packets": 1234567, "cycles_per_packet": 92.5,
            "average_burst": 17.25, "burst_fill": 0.5390625, "queues": [
              {"port": "lan0", "queue": 0, "packets": 1000000, "packets_per_second": 7500},
              {"port": "wan0", "queue": 0, "packets": 234567, "packets_per_second": 0}
            ]
          },
          {
            "core": 2, "numa_node": 0, "busy_ratio": 0, "packets": 1000, "cycles_per_packet": 0,
            "average_burst": 0, "burst_fill": 0, "queues": [
              {"port": "lan0", "queue": 1, "packets": 1000, "packets_per_second": 2500.5},
              {"port": "wan0", "queue": 1, "packets": 0, "packets_per_second": 0}
            ]
          }
        ]}
        """

    static let reload = """
        {"unchanged": false, "steps": ["add network green"], "warnings": ["lab.yaml:3:5: warning: a; b"]}
        """

    /// What the design promises of each list: these keys and their meaning stay.
    static let promisedKeys: [(route: String, list: String, document: String, keys: String)] = [
        (
            "ports", "ports", ports,
            "name role device mac link mtu rx_packets rx_bytes tx_packets tx_bytes rx_missed tx_dropped offloads blocked_by"
        ),
        ("workers", "workers", workers, "core busy_ratio packets cycles_per_packet average_burst burst_fill queues"),
        ("macs", "macs", macs, "network mac port vlan remote origin held age_seconds"),
        ("drops", "drops", drops, "reason stage packets"),
        ("tunnels", "tunnels", tunnels, "remote local state next_hop port rx_packets tx_packets udp_port origin paths"),
        ("networks", "networks", networks, "name vni members remotes macs udp_port group"),
        ("limits", "limits", limits, "scope name kind limit current action refused"),
        ("groups", "groups", groups, "group port networks version state query_age_seconds"),
        ("neighbors", "neighbors", neighbors, "address mac port state network remote origin"),
        (
            "multicast", "multicast", multicast, "network protocol state querier version querier_expires_seconds routers groups"
        ),
    ]
}
