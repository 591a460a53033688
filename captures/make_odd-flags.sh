#!/bin/bash
# Crafted sender: segments with neither ACK nor SYN nor RST, each from a port of its own:
# without any flag, with FIN alone, with FIN, PSH and URG; first to a port on which a server
# listens (no answer), then to one where none does (RST, ACK). The answers are those of a
# real kernel. After them an ordinary request of curl to the open port.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
server ip neigh add 192.168.10.66 lladdr 02:00:00:00:10:66 dev eth0
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture odd-flags.pcapng "$CNS" eth0 'tcp portrange 80-81'
own=40000
for port in 80 81; do
  for flags in '' F FPU; do
    client python3 "$LIB/handmade.py" eth0 192.168.10.66 02:00:00:00:10:66 192.168.10.80 02:00:00:00:10:80 \
      "$((own++))" "$port" "flags:$flags" read:0.3
  done
done
client curl -sS -o /dev/null http://192.168.10.80/
save
