#!/bin/bash
# A half-open connection (RFC 9293, 3.5.1): the client forgets its connection (its
# RST is kept back by a packet filter, as if the computer had lost power) and
# connects again from the same port. The server still has the old connection and
# answers the SYN with a challenge ACK (RFC 5961); the client resets the old one
# and its repeated SYN opens a new connection with the same four-tuple.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
request='GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: sample-client\r\n\r\n'
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture half-open.pcapng "$CNS" eth0 'tcp port 80'
client nft -f - <<'RULES'
table ip silent {
  chain output { type filter hook output priority 0; policy accept; tcp flags & rst == rst drop; }
}
RULES
client python3 "$LIB/peer.py" connect 192.168.10.80 80 from:40000 "text:$request" message sleep:0.2 abort
client nft delete table ip silent
sleep 1
client python3 "$LIB/peer.py" connect 192.168.10.80 80 from:40000 "text:$request" message sleep:0.2 close
save
