"""Sends a datagram to the outside, over every family there is."""

PROGRAM = """
import socket

def run(asked):
    reached = []
    for address in (("127.0.0.1", asked["udp"]), ("192.0.2.1", 53), ("::1", 53)):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            socket.socket(family, socket.SOCK_DGRAM).sendto(b"hello", address)
            reached.append(address[0])
        except OSError:
            continue
    for family in (socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK, socket.AF_ALG):
        try:
            socket.socket(family, socket.SOCK_RAW)
            reached.append(str(family))
        except OSError:
            continue
    return reached
"""

REAL = True  # without a sandbox it gets through
