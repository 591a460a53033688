#!/bin/bash
# Both hosts offer ECN in their SYNs (RFC 3168). On the way a router marks two data
# segments "congestion experienced" instead of dropping them; the client echoes it
# (ECE) until the server says that it has slowed down (CWR).
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 20 ce:down:data:12-13
make_site
seq 1 11000 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
client sysctl -qw net.ipv4.tcp_ecn=1
server sysctl -qw net.ipv4.tcp_ecn=1
capture ecn.pcapng "$CNS" eth0 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/lines.txt
save
