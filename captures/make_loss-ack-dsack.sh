#!/bin/bash
# ACKs are lost, so the server sends data again that the client already has; the
# client says so with a D-SACK. Captured at the client, which sees both copies.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100 drop:up:ack:2-6
make_site
seq 1 1600 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture loss-ack-dsack.pcapng "$CNS" eth0 'tcp port 80'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET /lines.txt HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' \
  message sleep:1.5 close
save
