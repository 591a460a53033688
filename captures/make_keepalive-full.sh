#!/bin/bash
# A whole connection: handshake, request, idle seconds with TCP keep-alive
# probes (SO_KEEPALIVE after 1 s, every 1 s), a second request, close.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
request='GET /style.css HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
capture keepalive-full.pcapng "$CNS" eth0 'tcp port 80'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 keepalive:1,1 \
  "text:$request" message sleep:3.5 "text:$request" message sleep:0.5 close
save
