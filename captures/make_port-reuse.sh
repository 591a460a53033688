#!/bin/bash
# Three connections with the same four-tuple, one after the other: the first closed
# by the server (which is in TIME-WAIT when the second SYN comes), the second ended
# by a reset, the third closed by the client.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
request='text:GET /style.css HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n'
ask() { client python3 "$LIB/peer.py" connect 192.168.10.80 80 from:40000 "$@"; sleep 0.3; }
capture port-reuse.pcapng "$CNS" eth0 'tcp port 80'
ask "${request}Connection: close\r\n\r\n" message eof close
ask "$request\r\n" message sleep:2 abort
ask "$request\r\n" message sleep:0.2 close
save
