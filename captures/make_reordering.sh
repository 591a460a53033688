#!/bin/bash
# One segment is overtaken by the two after it (held up for 2 ms on the way), later
# one by only the next: nothing is lost and nothing is sent again. Captured at the
# client, who says with duplicate ACKs and SACK what came early.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 20 hold:down:data:12:1.4 hold:down:data:25:1
make_site
seq 1 11000 >"$TMP/site/lines.txt"
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture reordering.pcapng "$CNS" eth0 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/lines.txt
save
