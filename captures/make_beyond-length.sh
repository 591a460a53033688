#!/bin/bash
# Bytes beyond the message that Content-Length ends, written by hand on one side each
# (lib/peer.py): behind a body in the same segment, in a segment of their own, and from the
# client between two requests, which a real server answers with 400.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
answer='HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nsample text'
ask='GET /note.txt HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message "text:$answer, and more\n" eof close
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8001 message "text:$answer" sleep:0.1 'text:\n' eof close
start_nginx "$SNS" 192.168.10.80:80 5
wait_listen "$SNS" 8000
wait_listen "$SNS" 8001
wait_listen "$SNS" 80
capture beyond-length.pcapng "$CNS" eth0 'tcp port 8000 or tcp port 8001 or tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80:8000/note.txt
sleep 0.3
client python3 "$LIB/peer.py" connect 192.168.10.80 8001 "text:$ask" message sleep:0.3 close
sleep 0.3
client python3 "$LIB/peer.py" connect 192.168.10.80 80 \
  'text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n' message \
  'text:thank you\r\n' eof close
save
