"""A WebSocket server for samples: websocket_server.py ADDRESS PORT

"/" is a page that opens a WebSocket, says something, answers what it hears and
closes with 1000; "/socket" is that WebSocket. The server greets, sends a ping and
some bytes, and echoes text.
"""

import base64
import hashlib
import socket
import struct
import sys
import threading

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
PAGE = """<!doctype html><meta charset="utf-8"><title>示例</title><link rel="icon" href="data:,"><ul></ul>
<script>
const socket = new WebSocket(`ws://${location.host}/socket`, 'sample');
socket.onopen = () => socket.send('你好, server');
let heard = 0;
socket.onmessage = (event) => {
  document.querySelector('ul').append(String(event.data), document.createElement('br'));
  heard += 1;
  if (heard === 2) socket.send(new Uint8Array([1, 2, 3, 4]));
  if (heard === 3) socket.send('x'.repeat(300));
  if (heard === 4) setTimeout(() => socket.close(1000, 'done'), 300);
};
</script>
"""


def frame(opcode, payload):
    head = bytes([0x80 | opcode])
    head += bytes([len(payload)]) if len(payload) < 126 else struct.pack("!BH", 126, len(payload))
    return head + payload


def read_frame(stream):
    opcode, length = stream.read(2)
    length &= 127
    if length == 126:
        (length,) = struct.unpack("!H", stream.read(2))
    mask = stream.read(4)
    payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(stream.read(length)))
    return opcode & 15, payload


def talk(sock, stream, key):
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    sock.sendall(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: sample\r\n\r\n".encode()
    )
    sock.sendall(frame(TEXT, "欢迎, client".encode()))
    while True:
        opcode, payload = read_frame(stream)
        if opcode == TEXT:
            sock.sendall(frame(TEXT, payload))
            if len(payload) < 126:
                sock.sendall(frame(PING, b"are you there"))
        elif opcode == BINARY:
            sock.sendall(frame(BINARY, payload[::-1]))
        elif opcode == CLOSE:
            sock.sendall(frame(CLOSE, payload[:2]))
            return


def serve(sock):
    with sock, sock.makefile("rb") as stream:
        while request := stream.readline():
            fields = {}
            while line := stream.readline().strip():
                name, _, value = line.decode("latin-1").partition(":")
                fields[name.lower()] = value.strip()
            if key := fields.get("sec-websocket-key"):
                talk(sock, stream, key)
                break
            body = PAGE.encode() if request.split()[1] == b"/" else b""
            status = "200 OK" if body else "404 Not Found"
            sock.sendall(
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )


with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
