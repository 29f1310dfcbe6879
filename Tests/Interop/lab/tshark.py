"""Asks Wireshark's dissectors whether frames are well-formed."""

import struct
import tempfile

from . import command

PCAP_HEADER = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
COMPLAINTS = " || ".join([
    "_ws.malformed", "_ws.expert.severity >= 0x600000", 'ip.checksum.status == "Bad"', 'udp.checksum.status == "Bad"',
    'tcp.checksum.status == "Bad"', 'icmp.checksum.status == "Bad"', 'icmpv6.checksum.status == "Bad"'])
PREFERENCES = {
    "ip.check_checksum": "TRUE", "udp.check_checksum": "TRUE", "tcp.check_checksum": "TRUE",
    # Retransmissions are the business of the end points.
    "tcp.analyze_sequence_numbers": "FALSE"}


def complaints(frames, udp_port=4789):
    """What tshark finds malformed or wrongly summed in ``frames`` (bytes), inner packets of VXLAN included; empty when all is well."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(PCAP_HEADER)
        for frame in frames:
            file.write(struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame)
        file.flush()
        options = [word for name, value in PREFERENCES.items() for word in ("-o", f"{name}:{value}")]
        return command.run(
            "tshark", "-n", "-r", file.name, *options, "-d", f"udp.port=={udp_port},vxlan", "-Y", COMPLAINTS, "-V",
            timeout=60).stdout.replace("Running as user \"root\" and group \"root\". This could be dangerous.", "").strip()
