"""MACs that move all the time are held in one place, named, and freed after a while."""

import time

from lab import scene
from lab.frames import BROADCAST
from lab.waiting import wait_for

WANDERER = "02:00:00:00:0a:02"


def make(lab, **moves):
    return scene.make(lab, networks=[scene.blue(moves=moves)])


def flap(blue, count, pause=0.001):
    for number in range(count):
        (blue.plain if number % 2 else blue.tagged).send(BROADCAST, b"flapping", source=WANDERER)
        time.sleep(pause)


def held(blue):
    row = blue.gateway.row("macs", mac=WANDERER)
    return row and row["held"]


def test_a_mac_that_flaps_is_held_where_it_was_first_named_and_recovers(lab):
    blue = make(lab, maximum=5, window=10, hold=3)
    flap(blue, 1000)
    assert wait_for(lambda: held(blue))
    row = blue.gateway.row("macs", mac=WANDERER)
    assert (row["port"], row["vlan"], row["held"]["moves"]) == ("lan0", 100, 5)
    assert row["held"]["places"] == ["lan0 VLAN 100", "lan1 untagged"] and 0 <= row["held"]["seconds_left"] <= 3
    assert "held" in blue.gateway.run("show", "macs").stdout
    log = blue.gateway.output()
    assert f"MAC {WANDERER} in blue moved 5 times in 10 s between lan0 VLAN 100, lan1 untagged: it is held at lan0 VLAN 100 for 3 s" in log
    violations = {row["reason"]: row["packets"] for row in blue.gateway.show("drops")}["static_mac_violation"]
    assert violations > 100, "its frames from elsewhere are dropped"
    assert blue.tagged.ping(blue.vtep.address) == 3 and blue.plain.ping(blue.vtep.address) == 3
    # It is quiet now, and free after three seconds.
    assert wait_for(lambda: not held(blue), 6)
    assert f"MAC {WANDERER} in blue may move again" in blue.gateway.output()
    blue.plain.send(BROADCAST, b"", source=WANDERER)
    assert wait_for(lambda: (blue.gateway.row("macs", mac=WANDERER) or {}).get("port") == "lan1")


def test_a_few_moves_are_nobodys_business_and_a_guard_can_be_switched_off(lab):
    blue = make(lab, maximum=5, window=10, hold=3)
    flap(blue, 5, pause=0.05)
    time.sleep(0.5)
    assert not held(blue), "four moves are none too many"
    blue.gateway.reload({**blue.gateway.configuration, "networks": [scene.blue(moves={"maximum": 0})]})
    flap(blue, 100)
    time.sleep(0.5)
    assert not held(blue)


def test_a_person_can_free_a_held_mac(lab):
    blue = make(lab, maximum=3, window=10, hold=600)
    flap(blue, 50)
    assert wait_for(lambda: held(blue))
    blue.gateway.run("mac", "delete", "blue", WANDERER)
    flap(blue, 2, pause=0.05)
    assert wait_for(lambda: blue.gateway.row("macs", mac=WANDERER) and not held(blue))
