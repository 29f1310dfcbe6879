"""Asks Wireshark's dissectors whether frames are well-formed."""

import struct
import tempfile

from . import command

PCAP_HEADER = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
COMPLAINTS = " || ".join([
    "_ws.malformed", "_ws.expert.severity >= 0x600000", 'ip.checksum.status == "Bad"', 'udp.checksum.status == "Bad"',
    'tcp.checksum.status == "Bad"', 'icmp.checksum.status == "Bad"', 'icmpv6.checksum.status == "Bad"', 'igmp.checksum.status == "Bad"'])
PREFERENCES = {
    "ip.check_checksum": "TRUE", "udp.check_checksum": "TRUE", "tcp.check_checksum": "TRUE",
    # Retransmissions are the business of the end points.
    "tcp.analyze_sequence_numbers": "FALSE"}


def dissect(frames, udp_ports, *options):
    """What tshark prints about ``frames`` (bytes) with some options; UDP to ``udp_ports`` is VXLAN."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(PCAP_HEADER)
        for frame in frames:
            file.write(struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame)
        file.flush()
        settings = [word for name, value in PREFERENCES.items() for word in ("-o", f"{name}:{value}")]
        settings += [word for port in udp_ports for word in ("-d", f"udp.port=={port},vxlan")]
        printed = command.run("tshark", "-n", "-r", file.name, *settings, *options, timeout=60).stdout
    return printed.replace("Running as user \"root\" and group \"root\". This could be dangerous.", "").strip()


def complaints(frames, udp_ports=(4789,)):
    """What tshark finds malformed or wrongly summed in ``frames`` (bytes), inner packets of VXLAN included; empty when all is well."""
    return dissect(frames, udp_ports, "-Y", COMPLAINTS, "-V")


def fields(frames, *names, udp_ports=(4789,)):
    """For each frame the values of the fields ``names``, each a list of texts: that of the outer header first, then the inner ones."""
    options = [word for name in names for word in ("-e", name)]
    printed = dissect(frames, udp_ports, "-T", "fields", "-E", "separator=;", "-E", "occurrence=a", *options)
    return [[value.split(",") if value else [] for value in line.split(";")] for line in printed.splitlines()]
