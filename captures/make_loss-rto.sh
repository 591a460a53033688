#!/bin/bash
# The request is lost twice on a cable of 20 ms there and back: the client sends
# it again when its retransmission timer expires, the second time after twice as
# long. (Tail loss probes are switched off in the client: tcp_early_retrans=0.)
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 100 drop:up:data:1-2
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
client sysctl -qw net.ipv4.tcp_early_retrans=0
capture loss-rto.pcapng "$CNS" eth0 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/
save
