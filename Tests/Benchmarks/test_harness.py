"""The parts of the benchmark that need no machine to themselves: reading what others print, streams, rules, tables, progress."""

import struct

import pytest

from harness import bar, figures, hot_path, hugepages, latency, ovs_control, ovs_rules, progress, result, setting, stream, table, verify, viaduct
from harness.process import BenchError, run

LOCAL, REMOTE = bytes.fromhex("02aa00000001"), bytes.fromhex("02bb00000001")
GATEWAY, VTEP = bytes.fromhex("020000007701"), bytes.fromhex("020000007702")
GATEWAY_ADDRESS, VTEP_ADDRESS = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))
PAYLOAD = b"\x08\x00" + bytes(46)


def ipv4(source, destination, length):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0x4000, 64, 17, 0, source, destination)
    return header[:10] + struct.pack("!H", verify.checksum(header)) + header[12:]


def tunnelled(inner, vni, *, outbound):
    vxlan = struct.pack("!II", 0x0800_0000, vni << 8) + inner
    udp = struct.pack("!HHHH", 50_000, 4789, 8 + len(vxlan), 0) + vxlan
    ends = (GATEWAY_ADDRESS, VTEP_ADDRESS) if outbound else (VTEP_ADDRESS, GATEWAY_ADDRESS)
    return (VTEP + GATEWAY if outbound else GATEWAY + VTEP) + b"\x08\x00" + ipv4(*ends, len(udp)) + udp


def pcap(path, frames):
    content = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path.write_bytes(content + b"".join(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for frame in frames))
    return path


@pytest.fixture
def streams(tmp_path):
    tagged = REMOTE + LOCAL + struct.pack("!HH", 0x8100, 7) + PAYLOAD
    return stream.read(
        pcap(tmp_path / "access.pcap", [tagged]),
        pcap(tmp_path / "tunnel.pcap", [tunnelled(LOCAL + REMOTE + PAYLOAD, 10_007, outbound=False)]))


def test_two_streams_together_tell_the_addressing(streams):
    assert streams.pairs == [stream.Pair(LOCAL, REMOTE, 7, 10_007, VTEP_ADDRESS)]
    assert streams.vteps == {VTEP_ADDRESS: VTEP}
    assert (streams.gateway_address, streams.gateway_mac, streams.port) == (GATEWAY_ADDRESS, GATEWAY, 4789)


def test_a_file_that_is_no_capture_is_refused_by_name(tmp_path):
    (tmp_path / "x").write_bytes(b"nonsense")
    with pytest.raises(BenchError, match="x is no little-endian pcap file"):
        list(stream.frames(tmp_path / "x"))


def test_flows_strip_and_push_the_tag(streams):
    assert ovs_rules.static_flows(streams, "encap") == [
        "priority=100,in_port=1,dl_vlan=7,dl_dst=02:bb:00:00:00:01,actions=strip_vlan,set_field:10007->tun_id,"
        "set_field:192.0.2.2->tun_dst,output:100\n"]
    assert ovs_rules.static_flows(streams, "decap") == [
        "priority=100,in_port=100,tun_id=10007,dl_dst=02:aa:00:00:00:01,actions=push_vlan:0x8100,set_field:4103->vlan_vid,output:1\n"]


def test_a_learning_bridge_has_a_tunnel_port_for_each_network_and_vtep(streams):
    words = ovs_rules.tunnel_ports(streams, "normal")
    assert words[:5] == ["--", "add-port", "br-access", "vx7-514", "tag=7"]
    assert ("fdb/add", "br-access", "vx7-514", "7", "02:bb:00:00:00:01") in ovs_rules.learned_hosts(streams, "encap")
    assert len("vx4000-65535") <= 15, "a name that Linux would not take"


def test_what_is_encapsulated_rightly_is_accepted(streams):
    verify.check(streams, "encap", [tunnelled(REMOTE + LOCAL + PAYLOAD, 10_007, outbound=True)])


@pytest.mark.parametrize("position", [0, 6, 14, 24, 29, 36, 39, 41, 42, 48, 49, 60])
def test_a_changed_byte_of_an_encapsulated_frame_is_found(streams, position):
    frame = bytearray(tunnelled(REMOTE + LOCAL + PAYLOAD, 10_007, outbound=True))
    frame[position] ^= 1
    with pytest.raises(BenchError, match="1 frames of 1 are missing, 1 are not as they should be"):
        verify.check(streams, "encap", [bytes(frame)])


def test_decapsulated_frames_carry_the_tag_of_their_network(streams):
    verify.check(streams, "decap", [LOCAL + REMOTE + struct.pack("!HH", 0x8100, 7) + PAYLOAD])
    with pytest.raises(BenchError, match="forwards wrongly"):
        verify.check(streams, "decap", [LOCAL + REMOTE + struct.pack("!HH", 0x8100, 8) + PAYLOAD])


PMD = """\
pmd thread numa_id 0 core_id 1:
  packets received: 100
  packet recirculations: 7
  avg. datapath passes per packet: 1.00
  phwol hits: 0
  mfex opt hits: 0
  simple match hits: 0
  emc hits: 60
  smc hits: 0
  megaflow hits: 38
  avg. subtable lookups per megaflow hit: 1.00
  miss with success upcall: 2
  miss with failed upcall: 0
  avg. packets per output batch: 30.00
  idle cycles: 40 (4.00%)
  processing cycles: 960 (96.00%)
"""


def test_counters_of_a_polling_thread_are_read():
    counters = ovs_control.pmd_counters(PMD)
    assert (counters["received"], counters["emc"], counters["missed"]) == (100, 60, 2)
    assert counters["idle_cycles"] + counters["busy_cycles"] == 1000


def test_a_counter_that_is_not_there_is_named():
    with pytest.raises(BenchError, match='no "emc hits"'):
        ovs_control.pmd_counters(PMD.replace("emc hits", "cache hits"))


def test_counters_of_a_port_are_read():
    text = "  port 4: underlay (dpdk: configured_rx_queues=1)\n    RX packets:1 errors:0\n    TX packets:55 errors:2 dropped:3 aborted:?\n"
    assert ovs_control.port_counters(text, "underlay") == (55, 5)


def test_medians_of_ratios_ignore_what_drifts():
    assert figures.median_ratio([300, 600, 330], [100, 200, 100]) == 3.0
    assert figures.median_ratio([], []) is None
    assert figures.spread([3, 1, 2]) == {"median": 2, "minimum": 1, "maximum": 3}
    assert figures.spread([]) is None
    assert figures.megapackets(100, 2_600_000_000) == 26.0


def test_options_become_words():
    assert viaduct.arguments({"macs": 10, "memory": True}) == ["--macs", "10", "--memory"]


def test_findings_of_the_hot_path_are_read():
    assert hot_path.counts("check-hot-path: 36 functions, 5000 instructions, 0 findings\n") == {"functions": 36, "findings": 0}
    assert hot_path.counts("cannot read") is None


def test_columns_align():
    assert table.text([("name", "n"), ("a", "10"), ("long", "7")]).splitlines() == ["name   n", "--------", "a     10", "long   7"]


def test_the_time_left_is_what_is_left_of_this_stage_and_the_later_ones():
    shown = progress.Progress([("a", 10), ("b", 20)])
    shown.enter("a")
    assert shown.remaining(shown.stage_started + 4) == 26
    assert shown.remaining(shown.stage_started + 40) == 20
    shown.enter("b")
    assert shown.remaining(shown.stage_started) == 20
    assert progress.clock(185) == "3:05"


def test_what_was_not_measured_is_listed_with_its_reason():
    document = {
        "peers": [{"direction": "encap", "macs": 1000, "candidates": {}, "skipped": {"testpmd": "not installed"}}],
        "matrix": {"learn": {"skipped": "no core"}}, "micro": {"skipped": "tool missing"}}
    assert result.skipped(document) == [
        ("encap, 1000 MACs: testpmd", "not installed"), ("learn", "no core"), ("micro", "tool missing")]


def test_a_stage_that_failed_as_a_whole_is_listed_too():
    document = {"peers": {"skipped": "no hugepages"}, "matrix": {"skipped": "no core"}}
    assert result.skipped(document) == [("peers", "no hugepages"), ("matrix", "no core")]
    assert {row["verdict"] for row in bar.judge_all(document)} == {"not measured"}


def test_a_result_of_another_format_is_refused(tmp_path):
    (tmp_path / "old.json").write_text('{"version": 0}')
    with pytest.raises(BenchError, match="version 0 of the format"):
        result.read(tmp_path / "old.json")


def test_memory_follows_the_stream_and_the_pages():
    there = setting.Setting(1, [0], True, 1.0, 1, False, None)
    assert there.eal_memory(35_000) == ["--in-memory", "--socket-mem=228"]
    without = setting.Setting(1, [0], False, 1.0, 1, False, None)
    assert without.eal_memory(0)[:3] == ["--no-huge", "-m", "128"]
    assert "--in-memory" not in without.ovs_memory(0), "DPDK refuses it beside --no-huge"


def test_a_program_that_hangs_or_fails_is_an_error_with_its_name():
    with pytest.raises(BenchError, match="sleep did not end within 0 s"):
        run(["sleep", "10"], 0.2)
    with pytest.raises(BenchError, match="sh ended with status 3: said why"):
        run(["sh", "-c", "echo said why >&2; exit 3"], 5)
    with pytest.raises(BenchError, match="ended with status 127"):
        run(["no-such-program"], 5)


def test_hugepages_that_are_there_need_no_reserving():
    assert hugepages.reserve(0)


@pytest.mark.parametrize("goals, words", [
    (("ndr", "ndr"), "highest rate without loss"),
    (("pdr", "pdr"), "highest rate with 0.5 % loss"),
    (("pdr", "ndr"), "highest rate"),
])
def test_the_rate_of_the_latencies_is_named_by_what_was_lost(goals, words):
    forwarders = {f"forwarder {number}": {"goal": goal, "loads": {"10": {"p50": 1.0}}} for number, goal in enumerate(goals)}
    assert latency.rate_name({**forwarders, "not started": {"skipped": "no"}}) == words
