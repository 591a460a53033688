#!/bin/bash
# Two switches with a trunk between them, on which the frames of the client and the
# server carry the 802.1Q tag of VLAN 20. The switches are two wire.py, each of which
# puts the tag on what it sends into the trunk; captured on the trunk.
. "$(dirname "$0")/lib/lab.sh"
new_host "$CNS"
new_host "$SNS"
new_host "$WNS"
new_host "$WNS-2"
link "$CNS" eth0 02:00:00:00:10:02 "$WNS" wire0 02:00:00:00:10:f0
link "$WNS" trunk0 02:00:00:00:10:f1 "$WNS-2" trunk0 02:00:00:00:10:f2
link "$SNS" eth0 02:00:00:00:10:80 "$WNS-2" wire1 02:00:00:00:10:f3
ip -n "$CNS" addr add 192.168.10.2/24 dev eth0
ip -n "$SNS" addr add 192.168.10.80/24 dev eth0
no_offload "$CNS" eth0
no_offload "$SNS" eth0
start "$WNS" python3 "$LIB/wire.py" wire0 trunk0 1 100 tag:up:20
start "$WNS-2" python3 "$LIB/wire.py" trunk0 wire1 1 100 tag:down:20
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
for ns in "$WNS" "$WNS-2"; do
  while [ "$(ip netns exec "$ns" ss -H0 | wc -l)" -lt 2 ]; do sleep 0.1; done
done
capture vlan.pcapng "$WNS" trunk0 ''
client curl -sS -o /dev/null http://192.168.10.80/ -o /dev/null http://192.168.10.80/style.css
save
