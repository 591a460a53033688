#!/bin/bash
# The third ACK of the handshake is lost and the client has nothing to say yet: the
# server sends its SYN, ACK again until an ACK arrives. Captured at the client.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100 drop:up:ack:1-2
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n' eof close
wait_listen "$SNS" 8000
capture synack-repeat.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/peer.py" connect 192.168.10.80 8000 sleep:4 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' message sleep:0.2 close
save
