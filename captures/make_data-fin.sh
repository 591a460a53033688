#!/bin/bash
# The server's last data and its FIN are one segment; the answer has no
# Content-Length, so its end is the end of the connection.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n' \
  sleep:0.1 'more:sample text, and that is all\n' close
wait_listen "$SNS" 8000
capture data-fin.pcapng "$CNS" eth0 'tcp port 8000'
client curl -sS -o /dev/null http://192.168.10.80:8000/
save
