#!/bin/bash
# The capture starts while a keep-alive connection is already open and idle: TCP
# keep-alive probes, one more request, probes again, and the close.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
request='GET /style.css HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 keepalive:2,1 \
  "text:$request" message "done:$TMP/first" sleep:4.5 "text:$request" message sleep:3.5 close &
PEER=$!
PIDS+=("$PEER")
while [ ! -e "$TMP/first" ]; do sleep 0.05; done
capture mid-connection.pcapng "$CNS" eth0 'tcp port 80'
wait "$PEER"
save
