"""send.py FILE INTERFACE: sends each frame of a pcap file once. A program of its own, since it runs in another network namespace."""

import socket
import struct
import sys
import time

# Frames sent at once and the pause after them: no queue on the way overflows.
BURST, PAUSE_SECONDS = 32, 0.005


def main(path, interface):
    with open(path, "rb") as file:
        content = file.read()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        offset, sent = 24, 0
        while offset + 16 <= len(content):
            length = struct.unpack_from("<I", content, offset + 8)[0]
            sender.send(content[offset + 16:offset + 16 + length])
            offset, sent = offset + 16 + length, sent + 1
            if sent % BURST == 0:
                time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
