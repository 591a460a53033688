#!/bin/bash
# The capture ends while the connection is half-closed: nginx has closed (keep-
# alive timeout of 2 s), the client has not.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 2s
wait_listen "$SNS" 80
capture ends-half-closed.pcapng "$CNS" eth0 'tcp port 80'
start "$CNS" python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' message eof sleep:20 close
sleep 3
save
