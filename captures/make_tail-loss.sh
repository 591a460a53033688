#!/bin/bash
# The end of an answer is lost: nothing follows it, so there are no duplicate ACKs.
# Stream 0: the last two segments; a tail loss probe (RFC 8985) sends the very last
# one again, and its SACK brings the other. Stream 1: the last segment; probes are
# switched off in the server (tcp_early_retrans=0), the retransmission timer has to.
# Captured at both ends: tail-loss.pcapng (server, the sender: both copies),
# tail-loss-receiver.pcapng (client).
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100 drop:down:data:5-6 drop:down:data:14
make_site
seq 1 1900 >"$TMP/site/lines.txt" # six segments
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture tail-loss.pcapng "$SNS" eth0 'tcp port 80'
capture tail-loss-receiver.pcapng "$CNS" eth0 'tcp port 80'
fetch() { client curl -sS -o /dev/null http://192.168.10.80/lines.txt; }
fetch
server sysctl -qw net.ipv4.tcp_early_retrans=0
fetch
save
