"""Two gateways back to back, each with a host: both ends of the tunnel are ours."""

import pytest
from lab import scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.transfer import transfer

ADDRESSES = ["192.0.2.1", "192.0.2.2"]


@pytest.fixture(scope="module")
def hosts(shared_lab):
    """A host on VLAN 100 of the first gateway and an untagged host of the second."""
    lab, switch, result = shared_lab, shared_lab.switch(), []
    for index, (member, vlan) in enumerate([(tagged("lan0", 100), 100), (untagged("lan0"), None)]):
        gateway = lab.gateway(configuration(
            [access("lan0"), underlay("wan0", f"{ADDRESSES[index]}/24")],
            [network("blue", 10100, [member], [ADDRESSES[1 - index]])]), label=f"gateway{index + 1}")
        lab.plug(switch, gateway, "wan0")
        result.append(lab.host(gateway, "lan0", *scene.inner(index + 1), vlan=vlan, label=f"host{index + 1}"))
    assert result[0].reaches(result[1].address)
    return result


def test_hosts_behind_two_gateways_reach_each_other(hosts):
    first, second = hosts
    assert first.ping(second.address, count=20) == 20
    assert second.ping(first.addresses[1], count=20) == 20


def test_full_size_packets_pass_two_gateways(hosts):
    first, second = hosts
    assert first.ping(second.address, size=1472, fragment=False) == 3


def test_tcp_is_intact_through_two_gateways(hosts):
    first, second = hosts
    assert transfer(first, second, 20_000_000).intact
    assert transfer(second, first, 20_000_000).intact


def test_what_arrives_is_well_formed(hosts):
    first, second = hosts
    with second.capture() as capture:
        assert transfer(first, second, 500_000).intact
        frames = capture.frames(0.1)
    assert len(frames) > 300
    assert tshark.complaints(frames) == ""
