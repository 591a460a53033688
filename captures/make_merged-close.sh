#!/bin/bash
# The client's FIN is answered by one segment that is ACK and FIN: three segments.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture merged-close.pcapng "$CNS" eth0 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/
save
