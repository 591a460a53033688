#!/bin/bash
# A request target with a space in it, written by hand and sent with lib/peer.py: a real
# server answers 400. After it the same request as it ought to be (%20), from curl.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
cp "$TMP/site/index.html" "$TMP/site/my page.html"
start_nginx "$SNS" 192.168.10.80:80 5
wait_listen "$SNS" 80
capture request-line.pcapng "$CNS" eth0 'tcp port 80'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET /my page.html HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' eof close
sleep 0.3
client curl -sS -o /dev/null -H 'Host: lab.example' 'http://192.168.10.80/my%20page.html'
save
