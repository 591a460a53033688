#!/bin/bash
# The client ends its sending direction right after the request; the server goes
# on sending its answer for a second, then closes too.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
line='0123456789 sample line 0123456789\n'
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message eof \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n' \
  sleep:0.3 "text:1 $line" sleep:0.3 "text:2 $line" sleep:0.3 "text:3 $line" sleep:0.3 close
wait_listen "$SNS" 8000
capture half-close.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/peer.py" connect 192.168.10.80 8000 \
  'text:GET /slow HTTP/1.1\r\nHost: lab.example\r\nConnection: close\r\n\r\n' sleep:0.1 finish eof close
save
