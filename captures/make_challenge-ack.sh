#!/bin/bash
# Crafted sender: a RST and a SYN that nearly fit into an open connection. The
# real server answers both with a challenge ACK (RFC 5961) and stays connected;
# the RST with exactly the expected number ends it. Before that the sender confirms
# a part of the answer only, and sends one byte with URG.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
server ip neigh add 192.168.10.66 lladdr 02:00:00:00:10:66 dev eth0
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n0123456789 sample line 0123456789 sample' eof close
wait_listen "$SNS" 8000
capture challenge-ack.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/handmade.py" eth0 192.168.10.66 02:00:00:00:10:66 192.168.10.80 02:00:00:00:10:80 40000 8000 \
  open 'text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' message back:20 read:0.05 ack \
  read:0.3 'urgent:!' read:0.7 reset:500 read:0.7 syn read:0.7 reset:0 read:0.2
save
