"""The packet generator against a gateway in another process, over devices in shared memory; its frames as others read them."""

import json
import os
import signal
import subprocess
import time

import pytest
from lab import command, gateway as gateways
from lab.configuration import access, configuration, network, tagged, underlay
from scapy.all import ARP, IP, UDP, Dot1Q, Ether, rdpcap
from scapy.layers.vxlan import VXLAN

GATEWAY_ADDRESS = "192.0.2.1"
REMOTES = ["192.0.2.2", "192.0.2.3"]
VLANS = range(100, 104)
FLOWS = 200
# Slow enough for a machine that others use, too.
RATE = "20kpps"

pytestmark = pytest.mark.skipif(os.cpu_count() < 2, reason="gateway and generator need a core each")


def binary():
    """Path of the executable: ``VIADUCT_PKTGEN``, or beside the gateway's."""
    return os.environ.get("VIADUCT_PKTGEN", gateways.binary().with_name("viaduct-pktgen"))


def generate(*options, status=0, timeout=60):
    """Runs the generator on core 0 to its end; returns its output."""
    result = command.run(binary(), "--cores", 0, "--hugepages", "off", "--quiet", *options, check=False, timeout=timeout)
    assert result.returncode == status, result.stdout
    return result.stdout


def traffic(*options):
    """The report of a run with the flows that ``gateway_on`` is configured for; directions by name."""
    flows = ["--flows", FLOWS, "--vlans", f"{VLANS[0]}-{VLANS[-1]}", "--vteps", len(REMOTES)]
    report = json.loads(generate(*flows, "--json", *options))
    report["directions"] = {direction["name"]: direction for direction in report["directions"]}
    return report


def sockets(gateway):
    return gateway.directory / "access.sock", gateway.directory / "underlay.sock"


def vhost(gateway):
    """Devices of the gateway and of the generator: vhost-user and its virtio frontend."""
    ours, theirs = [], []
    for number, path in enumerate(sockets(gateway)):
        ours.append(f"net_vhost{number},iface={path}")
        theirs.append(f"net_virtio_user{number},path={path}")
    return ours, theirs


def memif(gateway):
    """The same over memif, the gateway being the server."""
    ours, theirs = [], []
    for number, path in enumerate(sockets(gateway)):
        rest = f"id={number},socket={path},socket-abstract=no"
        ours.append(f"net_memif{number},role=server,{rest}")
        theirs.append(f"net_memif{number},role=client,{rest}")
    return ours, theirs


def gateway_on(lab, transport, vlans=VLANS):
    """A gateway on such devices, and the generator's options for the other ends."""
    # net_memif of DPDK 22.11 refuses larger MTUs.
    ports = [access("lan0", mtu=1450), underlay("wan0", f"{GATEWAY_ADDRESS}/24", mtu=1500)]
    networks = [network(f"n{vlan}", 10_000 + vlan, [tagged("lan0", vlan)], REMOTES) for vlan in vlans]
    content = configuration(ports, networks, memory=256)
    gateway = lab.gateway(content, start=False)
    ours, theirs = transport(gateway)
    for port, device in zip(content["ports"], ours):
        port["device"] = device
    gateway.write(content)
    gateway.start().wait_ready()
    return gateway, ["--access", theirs[0], "--underlay", theirs[1]]


@pytest.mark.parametrize("transport", [vhost, memif])
def test_everything_comes_through_once_and_in_its_network(lab, transport):
    gateway, devices = gateway_on(lab, transport)
    report = traffic(*devices, "--rate", RATE, "--count", 5000, "--duration", 40, "--size", "64:7,594:4,1400:1")
    assert set(report["directions"]) == {"encap", "decap"}
    for direction in report["directions"].values():
        assert direction["tx_packets"] == direction["rx_packets"] == 5000
        for trouble in ("lost", "duplicates", "reordered", "misplaced", "strays"):
            assert direction[trouble] == 0, trouble
        latency = direction["latency_ns"]
        order = [latency[key] for key in ("min", "p50", "p90", "p99", "p99_9", "max")]
        assert order == sorted(order) and latency["min"] > 0 and latency["min"] <= latency["mean"] <= latency["max"]
    macs = gateway.show("macs")
    assert len(macs) == 2 * FLOWS
    assert {row["remote"] for row in macs if row.get("remote")} == set(REMOTES)


def test_the_configuration_that_it_prints_is_one(tmp_path):
    devices = ["--access", "net_virtio_user0,path=/run/a.sock", "--underlay", "net_virtio_user1,path=/run/u.sock"]
    file = tmp_path / "gateway.yaml"
    file.write_text(generate(*devices, "--vlans", "1-50", "--flows", 100_000, "--vteps", 300, "--size", 9000, "--print-config"))
    assert "2 ports, 50 networks" in command.run(gateways.binary(), "check", "--config", file).stdout


def test_a_search_finds_a_rate_and_tries_it_again(lab):
    _, devices = gateway_on(lab, vhost)
    report = traffic(*devices, "--search", "both", "--trial-duration", 0.2, "--max-trials", 6, "--resolution", 20)
    for goal, ratio in (("ndr", 0), ("pdr", 0.005)):
        found = report["search"][goal]
        assert 1 <= len(found["trials"]) <= 6 and found["loss_goal"] == ratio
        assert found["mpps"] is None or 0 < found["mpps"] <= max(trial["mpps"] for trial in found["trials"]) * 1.001


def test_a_gateway_that_lacks_the_networks_is_noticed_before_anything_is_measured(lab):
    _, devices = gateway_on(lab, vhost, vlans=VLANS[:2])
    options = ["--flows", 100, "--vlans", f"{VLANS[0]}-{VLANS[-1]}", "--timeout", 1]
    output = generate(*devices, *options, status=1)
    assert "50 of 100 announcements" in output and "does the gateway have VLANs 100 to 103" in output


def test_a_gateway_that_does_not_answer_arp_is_noticed(lab):
    _, devices = gateway_on(lab, vhost)
    output = generate(*devices, "--gateway", "192.0.2.99", "--timeout", 1, status=1)
    assert "no answer to ARP for 192.0.2.99 within 1 s" in output


def test_an_interrupt_ends_a_run_with_its_table(lab):
    _, devices = gateway_on(lab, vhost)
    arguments = [binary(), *devices, "--vlans", VLANS[0], "--rate", RATE, "--duration", 60, "--hugepages", "off"]
    process = subprocess.Popen(
        [str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=command.die_with_parent)
    # The progress of the run says that it is under way.
    line = process.stderr.readline()
    while line and "encap sent" not in line:
        line = process.stderr.readline()
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    assert time.monotonic() - started < 5
    assert process.returncode == 0
    assert "ended by a signal" in output and output.startswith("direction")


@pytest.mark.parametrize(
    "options, words", [
        ([], "give --access"),
        (["--access", "net_null0", "--rate", "10"], "is not a rate"),
        (["--access", "net_null0", "--size", "63"], "frame size 63"),
        (["--access", "net_null0", "--vlans", "0-5"], "VLANs are 1 to 4094"),
        (["--access", "net_null0", "--search", "ndr"], "a search needs to see"),
        (["--bogus"], "see 'viaduct-pktgen --help'"),
    ])
def test_wrong_usage_is_told_in_one_line(options, words):
    output = generate(*options, status=64)
    assert words in output and output.count("\n") == 1 and output.startswith("viaduct-pktgen: ")


def test_a_device_that_cannot_be_opened_is_told(tmp_path):
    output = generate("--access", f"net_virtio_user0,path={tmp_path}/nobody.sock", status=1)
    assert "cannot be opened" in output and output.count("\n") == 1


def test_its_frames_are_what_others_take_them_for(tmp_path):
    """Written by net_pcap and read by Scapy, which computes every checksum anew."""
    files = tmp_path / "access.pcap", tmp_path / "underlay.pcap"
    generate(
        "--access", f"net_pcap0,tx_pcap={files[0]}", "--underlay", f"net_pcap1,tx_pcap={files[1]}", "--gateway-mac", "02:00:00:00:00:01",
        "--no-learn", "--warmup", 0, "--rate", "10kpps", "--count", 60, "--flows", 1000, "--udp-flows", 4, "--vlans", "100-102",
        "--vteps", 3, "--size", "64:2,1518:1")
    for frame in rdpcap(str(files[0])):
        check_inner(frame, frame[Dot1Q].vlan, local_is_source=True)
        assert len(frame) in (64, 1518)
    for frame in rdpcap(str(files[1])):
        packet = Ether(bytes(frame))
        assert is_intact(packet[IP]) and packet[IP].dst == GATEWAY_ADDRESS and packet[UDP].dport == 4789
        assert packet.dst == "02:00:00:00:00:01" and packet[UDP].sport >= 49152
        vxlan = packet[VXLAN]
        check_inner(vxlan.payload, vxlan.vni - 10_000, local_is_source=False)


def is_intact(packet):
    """Whether length and checksum of an IPv4 packet are those that Scapy computes."""
    again = packet.copy()
    del again.chksum, again.len
    again = IP(bytes(again))
    return (packet.chksum, packet.len) == (again.chksum, again.len)


def check_inner(frame, vlan, local_is_source):
    local, remote = (frame.src, frame.dst) if local_is_source else (frame.dst, frame.src)
    assert local.startswith("02:aa:") and remote == local.replace("02:aa:", "02:bb:")
    assert vlan == 100 + int(local.replace(":", "")[4:], 16) % 3
    assert ARP not in frame and is_intact(frame[IP]) and frame[UDP].len == frame[IP].len - 20
