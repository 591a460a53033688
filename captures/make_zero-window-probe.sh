#!/bin/bash
# Crafted sender: probes with one byte of new data, as RFC 9293 (3.8.6.1) tells and
# many systems do; Linux does not (see zero-window). The receiver is real.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
server ip neigh add 192.168.10.66 lladdr 02:00:00:00:10:66 dev eth0
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 receive:4096 sleep:3 message \
  'text:HTTP/1.1 204 No Content\r\n\r\n' eof close
wait_listen "$SNS" 8000
capture zero-window-probe.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/handmade.py" eth0 192.168.10.66 02:00:00:00:10:66 192.168.10.80 02:00:00:00:10:80 40000 8000 \
  open 'text:POST /lines HTTP/1.1\r\nHost: lab.example\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n' \
  stream:9000 message ack read:0.1 finish read:0.2 ack read:0.2
save
