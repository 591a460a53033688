#!/bin/bash
# A 240 KB download over a cable (20 ms there and back, 20 Mbit/s) that loses
# two data packets. Captured at both ends at the same time:
#   loss-fast-retransmit.pcapng  receiver: gaps, duplicate ACKs with SACK blocks
#   loss-sender-side.pcapng      sender: both copies of the lost segments
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 20 drop:down:data:61 drop:down:data:64
make_site
seq 1 42000 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture loss-fast-retransmit.pcapng "$CNS" eth0 'tcp port 80'
capture loss-sender-side.pcapng "$SNS" eth0 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/lines.txt
save
