"""A scripted TCP peer, for exchanges that need exact behaviour of one side.

    peer.py serve   ADDRESS PORT STEP ...   (accepts one connection)
    peer.py connect ADDRESS PORT STEP ...
    peer.py meet    ADDRESS PORT:OWN_PORT STEP ...   (connects at the next even
                    second from OWN_PORT: two of these open simultaneously)

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


def run(sock, steps):
    for step in steps:
        name, _, value = step.partition(":")
        if name == "message":
            read_until(sock, whole_message)
        elif name == "line":
            read_until(sock, lambda data: data.endswith(b"\n"))
        elif name == "bytes":
            read_until(sock, lambda data: len(data) >= int(value))
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
    role, address, port, *steps = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if role == "serve":
        with socket.create_server((address, int(port)), family=family) as listener:
            listener.settimeout(60)
            sock, _ = listener.accept()
    elif role == "meet":
        port, own_port = port.split(":")
        sock = socket.socket(family)
        sock.bind(("", int(own_port)))
        time.sleep(2 - time.time() % 2)
        sock.connect((address, int(port)))
    else:
        sock = socket.create_connection((address, int(port)), timeout=20)
    sock.settimeout(60)
    run(sock, steps)


main()
