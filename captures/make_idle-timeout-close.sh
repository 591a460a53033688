#!/bin/bash
# One request, 5 s of silence, nginx ends the connection (keepalive_timeout), the
# client closes its half 3 s later.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 5s
wait_listen "$SNS" 80
capture idle-timeout-close.pcapng "$CNS" eth0 'tcp port 80'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' \
  message eof sleep:3 close
save
