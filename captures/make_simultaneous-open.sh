#!/bin/bash
# Both sides connect to each other at the same moment; their SYNs cross on a
# cable of 50 ms each way. Then one of them asks as an HTTP client.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 50 100
# ARP first, so that it does not hold back one of the SYNs
client curl -s -o /dev/null http://192.168.10.80:9/ || true
server curl -s -o /dev/null http://192.168.10.2:9/ || true
capture simultaneous-open.pcapng "$CNS" eth0 'tcp port 8000'
start "$SNS" python3 "$LIB/peer.py" meet 192.168.10.2 40000:8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n' eof close
client python3 "$LIB/peer.py" meet 192.168.10.80 8000:40000 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n' message sleep:0.3 close
save
