#!/bin/bash
# Five connections that end in a reset, over a cable of 10 ms each way:
#   port 8000  RST after FIN: the client has closed when the late answer arrives
#   port 8001  RST, ACK out of silence: the client gives the idle connection up
#   port 8002  the client gives up while data are under way: more data, more RSTs
#   port 8003  the server closes with a request unread: RST instead of FIN
#   port 8004  the server has closed, the client asks again all the same
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100
request='GET /%s HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
answer='HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n'
endless='HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n'
lines=()
for i in $(seq 40); do lines+=("text:0123456789 sample line $i\n" sleep:0.004); done
serve() { start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 "$@"; wait_listen "$SNS" "$1"; }
ask() { local port=$1; shift; client python3 "$LIB/peer.py" connect 192.168.10.80 "$port" "$@"; sleep 0.3; }
serve 8000 message sleep:0.4 "text:$answer" eof close
serve 8001 message "text:$answer" sleep:9 close
serve 8002 message "text:$endless" "${lines[@]}" close
serve 8003 message "text:$answer" sleep:0.4 close
serve 8004 message "text:$answer" close
capture reset-kinds.pcapng "$CNS" eth0 'tcp portrange 8000-8004'
ask 8000 "text:${request/\%s/late}" sleep:0.1 close
sleep 0.5
ask 8001 "text:${request/\%s/idle}" message sleep:1.5 abort
ask 8002 "text:${request/\%s/lines}" bytes:300 sleep:0.012 abort
ask 8003 "text:${request/\%s/first}" message sleep:0.1 "text:${request/\%s/unread}" sleep:0.6 close
ask 8004 "text:${request/\%s/first}" message sleep:0.1 "text:${request/\%s/too-late}" sleep:0.2 close
save
