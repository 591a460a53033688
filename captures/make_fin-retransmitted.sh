#!/bin/bash
# The cable loses the client's FIN twice (port 80) and the server's FIN once (port
# 8000): they are sent again until they are confirmed. Captured at the client.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100 drop:up:fin:1-2 drop:down:fin:2
request='GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n' sleep:0.2 close
wait_listen "$SNS" 80
wait_listen "$SNS" 8000
capture fin-retransmitted.pcapng "$CNS" eth0 'tcp port 80 or tcp port 8000'
client python3 "$LIB/peer.py" connect 192.168.10.80 80 "text:$request" message sleep:0.2 close
sleep 1
client python3 "$LIB/peer.py" connect 192.168.10.80 8000 "text:$request" message eof sleep:0.1 close
save
