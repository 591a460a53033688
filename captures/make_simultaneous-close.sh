#!/bin/bash
# Both sides close at the same moment; their FINs cross on a cable of 50 ms each way.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 50 100
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n' sleep:0.5 close
wait_listen "$SNS" 8000
capture simultaneous-close.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/peer.py" connect 192.168.10.80 8000 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n' message sleep:0.45 close
save
