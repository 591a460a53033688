#!/bin/bash
# A page load of which only the first 96 bytes of each packet were kept.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture snaplen.pcapng "$CNS" eth0 'tcp port 80' -s 96
client curl -sS -o /dev/null http://192.168.10.80/ -o /dev/null http://192.168.10.80/style.css \
  -o /dev/null http://192.168.10.80/photo.png
save
