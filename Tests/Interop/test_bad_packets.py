"""Bad packets, sent for real: each raises its own counter and no other, and the gateway goes on."""

import random

import pytest
from bad_packets import ABSENT_VTEP, GOOD, PINNED, ROWS, VLAN_ABSENT_VTEP, VLAN_ALONE, PAYLOAD, Peers, outer
from lab import scene
from lab.configuration import network, tagged
from lab.counters import DropWatch
from lab.station import copies_heard
from lab.waiting import wait_for

COPIES = 3
SEED = random.SystemRandom().getrandbits(32)
RANDOM_FRAMES = 2000


@pytest.fixture(scope="module")
def blue(shared_lab):
    pinned = {"mac": PINNED, "remote": scene.VTEP_ADDRESS}
    blue = scene.make(shared_lab, networks=[
        scene.blue(static_macs=[pinned]),
        network("alone", 20300, [tagged("lan0", VLAN_ALONE)]),
        network("absent", 20301, [tagged("lan0", VLAN_ABSENT_VTEP)], [ABSENT_VTEP])])
    # Longer than the gateway takes, so that the frames that are too long can leave the host.
    blue.tagged.namespace.ip(f"link set dev {blue.tagged.interface} mtu 2000")
    return blue


@pytest.fixture(scope="module")
def peers(blue):
    return Peers(
        gateway=blue.gateway.mac("wan0"), underlay="02:5b:00:00:00:fe", tagged=blue.tagged.mac, plain=blue.plain.mac,
        vtep=blue.vtep.mac)


def send(blue, sender, frame):
    if sender == "underlay":
        blue.vtep.inject(frame, COPIES, interface=blue.vtep.underlay)
    else:
        getattr(blue, sender).inject(frame, COPIES)


def assert_alive(blue):
    for source, target in [(blue.tagged, blue.vtep), (blue.vtep, blue.plain), (blue.plain, blue.tagged)]:
        assert source.ping(target.address) == 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_a_bad_packet_raises_its_counter_and_no_other(blue, peers, row):
    with DropWatch(blue.gateway) as watch:
        send(blue, row.sender, row.build(peers))
        assert watch.wait_for({row.reason: COPIES}) == {row.reason: COPIES}


@pytest.mark.parametrize("name", GOOD, ids=lambda name: name.replace(" ", "-"))
def test_an_odd_but_valid_packet_is_delivered(blue, peers, name):
    with DropWatch(blue.gateway) as watch:
        heard = copies_heard([blue.plain], PAYLOAD, lambda: send(blue, "underlay", GOOD[name](peers)), [blue.plain])
        assert heard == {blue.plain: COPIES}
        assert watch.rise() == {}


def test_the_gateway_still_forwards_after_all_of_them(blue, peers):
    for row in ROWS:
        send(blue, row.sender, row.build(peers))
    assert_alive(blue)


def assert_recovers(blue):
    """Random frames may carry a host's own MAC as their source: the gateway learns it, as any bridge, until the host speaks again."""
    blue.gateway.run("mac", "flush", "--all")
    assert_alive(blue)


def test_random_truncations_and_bit_flips_do_no_harm(blue, peers):
    print(f"seed {SEED}")
    generator, whole = random.Random(SEED), bytes(outer(peers))
    for _ in range(RANDOM_FRAMES):
        frame = bytearray(whole[: generator.randrange(14, len(whole) + 1)])
        for _ in range(generator.randrange(4)):
            frame[generator.randrange(12, len(frame))] ^= 1 << generator.randrange(8)
        blue.vtep.inject(bytes(frame), interface=blue.vtep.underlay)
    assert_recovers(blue)


def test_random_bytes_do_no_harm(blue, peers):
    print(f"seed {SEED}")
    generator = random.Random(SEED)
    targets = {blue.tagged: None, blue.plain: None, blue.vtep: blue.vtep.underlay}
    for _ in range(RANDOM_FRAMES):
        station = generator.choice(list(targets))
        station.inject(generator.randbytes(generator.randrange(14, 1500)), interface=targets[station])
    assert_recovers(blue)


def test_no_packet_buffer_is_lost(blue, peers):
    """After every bad packet and many floods the pool is as full as it was."""
    assert_alive(blue)
    before = blue.gateway.free_buffers()
    for row in ROWS * 5:
        send(blue, row.sender, row.build(peers))
    assert wait_for(lambda: blue.gateway.free_buffers(1) >= before), blue.gateway.free_buffers()


def test_every_reason_in_the_table_is_a_reason_of_the_gateway(blue):
    assert {row.reason for row in ROWS} <= {row["reason"] for row in blue.gateway.show("drops")}
