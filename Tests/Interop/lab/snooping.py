"""A switch that forwards multicast to those who asked for it: the kernel's bridge with IGMP and MLD snooping, the querier of its link."""

import json

from .switch import BRIDGE, Switch
from .waiting import wait_for

ROBUSTNESS = 2


class SnoopingSwitch(Switch):
    """Asks every ``query_seconds`` for members of groups, and forgets one that has left two such questions without an answer.

    A member that leaves is forgotten two seconds later, unless somebody else behind the same port answers the bridge's
    group-specific query. The version 2 querier of IGMP, and version 1 of MLD, are those of older switches.
    """

    def __init__(self, namespace, mtu=1600, *, query_seconds=1, igmp_version=3, mld_version=2):
        membership = 100 * (ROBUSTNESS * query_seconds + 1)
        super().__init__(namespace, mtu, (
            f"mcast_snooping 1 mcast_igmp_version {igmp_version} mcast_mld_version {mld_version} "
            f"mcast_query_interval {100 * query_seconds} mcast_query_response_interval 100 mcast_startup_query_interval 100 "
            f"mcast_membership_interval {membership} mcast_last_member_interval 100 mcast_last_member_count {ROBUSTNESS}"))
        # The bridge asks in MLD only from a link-local address of its own, and floods until it is the querier.
        namespace.write_setting(f"ipv6/conf/{BRIDGE}/disable_ipv6", 0)
        self.ask()

    def ask(self):
        """Asks at once who is a member of which groups, and again a second later."""
        for value in (0, 1):
            self.namespace.ip(f"link set {BRIDGE} type bridge mcast_querier {value}")

    def entries(self, port):
        """Group address -> entry of the bridge's multicast database behind a port."""
        tables = json.loads(self.namespace.run("bridge", "-j", "-d", "mdb", "show", "dev", BRIDGE).stdout)
        return {entry["grp"]: entry for table in tables for entry in table.get("mdb", []) if entry["port"] == port}

    def forwards(self, group, port, seconds=5):
        """Whether ``port`` becomes one of those that get the packets of a group."""
        return wait_for(lambda: group in self.entries(port), seconds)

    def forgets(self, group, port, seconds=5):
        """Whether ``port`` stops being one of those that get the packets of a group."""
        return wait_for(lambda: group not in self.entries(port), seconds)
