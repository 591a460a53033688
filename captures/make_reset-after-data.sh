#!/bin/bash
# Two connections ended by RST after data. Port 8000: the server gives up in the
# middle of its answer (SO_LINGER 0). Port 80: the client closes with data unread.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
seq 1 4200 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n' \
  sleep:0.2 'text:only the first of many lines\n' sleep:0.2 abort
wait_listen "$SNS" 80
wait_listen "$SNS" 8000
capture reset-after-data.pcapng "$CNS" eth0 'tcp port 80 or tcp port 8000'
client curl -sS -o /dev/null http://192.168.10.80:8000/ || true # (56) reset by peer
client python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET /lines.txt HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' \
  bytes:1000 sleep:0.2 close
save
