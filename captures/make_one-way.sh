#!/bin/bash
# A capture filter that hides one direction: only what the server sends.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture one-way.pcapng "$CNS" eth0 'src host 192.168.10.80 and tcp'
client curl -sS -o /dev/null http://192.168.10.80/ -o /dev/null http://192.168.10.80/style.css
save
