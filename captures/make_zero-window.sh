#!/bin/bash
# The client stops reading for four seconds with a small receive buffer: its window
# falls to zero, the server asks now and then (zero-window probes, those of Linux
# have no data and the number before the next), the client answers, and opens its
# window when it reads again.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 5 100
make_site
seq 1 5000 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture zero-window.pcapng "$CNS" eth0 'tcp port 80'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 receive:4096 \
  'text:GET /lines.txt HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' \
  sleep:4 message sleep:0.2 close
save
