#!/bin/bash
# TCP Fast Open (RFC 7413): the first connection asks for a cookie, the second sends
# its request in the SYN, the third does so too but the server has it switched off
# meanwhile and takes the SYN only. The fourth is without Fast Open: its third ACK
# waits for the request and carries it.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100
client sysctl -qw net.ipv4.tcp_fastopen=3
server sysctl -qw net.ipv4.tcp_fastopen=3
request='text:GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
answer='text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsample\n'
once() { # once SERVER_SETTING CLIENT_SETTING
  start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 ${1:+"$1"} message "$answer" eof close
  wait_listen "$SNS" 8000
  client python3 "$LIB/peer.py" connect 192.168.10.80 8000 "$2" "$request" message sleep:0.2 close
  wait "$LAST_PID"
}
capture tfo.pcapng "$CNS" eth0 'tcp port 8000'
once fastopen fastopen
once fastopen fastopen
server sysctl -qw net.ipv4.tcp_fastopen=0
once '' fastopen
once '' slowack
save
