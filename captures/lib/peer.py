"""A scripted TCP peer, for exchanges that need exact behaviour of one side.

    peer.py serve   ADDRESS PORT STEP ...   (accepts one connection)
    peer.py connect ADDRESS PORT STEP ...
    peer.py meet    ADDRESS PORT:OWN_PORT STEP ...   (connects at the next even
                    second from OWN_PORT: two of these open simultaneously)

Settings, before the steps:
    receive:N     a receive buffer of N bytes (the kernel doubles it)
    from:PORT     connect from this port of its own
    isn:N         connect with this initial sequence number (TCP_REPAIR, as root)
    slowack       connect without the quick third ACK (it waits for data)
    fastopen      serve: accept data in the SYN; connect: send the first "text"
                  in the SYN (TCP Fast Open)

Steps, in order:
    message       read one HTTP message (its body, if it has a Content-Length)
    line          read until a newline
    bytes:N       read N bytes
    eof           read until the other side closes
    send:FILE     send the bytes of a file
    text:TEXT     send TEXT (backslash escapes as in Python)
    more:TEXT     like text, but held back until the next step (MSG_MORE)
    sleep:S       wait S seconds
    keepalive:I,N probe an idle connection after I seconds, every N seconds
    done:FILE     create FILE
    finish        shut down sending, keep receiving (half-close)
    close         close normally
    abort         close with a reset (SO_LINGER 0)
"""

import pathlib
import socket
import struct
import sys
import time

SETTINGS = {"receive", "from", "isn", "slowack", "fastopen"}
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_SEND_QUEUE = 19, 20, 21, 2  # linux/tcp.h


def read_until(sock, done):
    data = b""
    while not done(data):
        part = sock.recv(4096)
        if not part:
            break
        data += part


def whole_message(data):
    head, blank, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return blank and len(body) >= int(line.split(b":")[1])
    return bool(blank)


def unescape(text):
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1")


def prepare(sock, settings, role):
    """Apply the settings to a socket that is not connected yet."""
    for name, value in settings.items():
        if name == "receive":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(value))
        elif name == "from":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", int(value)))
        elif name == "isn":
            sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE)
            sock.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack("=I", int(value)))
            sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)
        elif name == "slowack":
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        elif name == "fastopen" and role == "serve":
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)


def split(words):
    """Settings (a dictionary) and steps."""
    settings = {}
    while words and words[0].partition(":")[0] in SETTINGS:
        name, _, value = words.pop(0).partition(":")
        settings[name] = value
    return settings, words


def run(sock, steps):
    for step in steps:
        name, _, value = step.partition(":")
        if name == "message":
            read_until(sock, whole_message)
        elif name == "line":
            read_until(sock, lambda data: data.endswith(b"\n"))
        elif name == "bytes":
            read_until(sock, lambda data, least=int(value): len(data) >= least)
        elif name == "eof":
            read_until(sock, lambda data: False)
        elif name == "send":
            sock.sendall(pathlib.Path(value).read_bytes())
        elif name == "text":
            sock.sendall(unescape(value))
        elif name == "more":
            sock.sendall(unescape(value), socket.MSG_MORE)
        elif name == "sleep":
            time.sleep(float(value))
        elif name == "keepalive":
            idle, interval = map(int, value.split(","))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        elif name == "done":
            pathlib.Path(value).touch()
        elif name == "finish":
            sock.shutdown(socket.SHUT_WR)
        elif name == "close":
            sock.close()
        elif name == "abort":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        else:
            raise SystemExit(f"unknown step {step}")


def main():
    role, address, port, *words = sys.argv[1:]
    settings, steps = split(words)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family)
    prepare(sock, settings, role)
    if role == "serve":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, int(port)))
        sock.listen()
        sock.settimeout(60)
        with sock as listener:
            sock, _ = listener.accept()
    elif role == "meet":
        port, own_port = port.split(":")
        sock.bind(("", int(own_port)))
        time.sleep(2 - time.time() % 2)
        sock.connect((address, int(port)))
    elif "fastopen" in settings:
        sock.sendto(unescape(steps.pop(0).partition(":")[2]), socket.MSG_FASTOPEN, (address, int(port)))
    else:
        sock.settimeout(20)
        sock.connect((address, int(port)))
    sock.settimeout(60)
    run(sock, steps)


main()
