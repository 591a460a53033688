#!/bin/bash
# An Ethernet of two hosts that does not exist: a router lies between them, and VXLAN
# carries their frames over it. Name and page are fetched through the tunnel, once with
# an MTU that leaves room for its headers, then with one that does not: the frames
# around the large segments no longer fit the link, and are sent in IP fragments.
. "$(dirname "$0")/lib/lab.sh"
lab_router
for ns in "$CNS" "$SNS"; do
  far=192.168.20.80
  [ "$ns" = "$SNS" ] && far=192.168.10.2
  ip -n "$ns" link add vxlan42 type vxlan id 42 dstport 4789 remote "$far"
  no_offload "$ns" vxlan42
done
ip -n "$CNS" link set vxlan42 address 02:00:00:00:42:02 mtu 1450 up
ip -n "$SNS" link set vxlan42 address 02:00:00:00:42:80 mtu 1450 up
ip -n "$CNS" addr add 192.168.42.2/24 dev vxlan42
ip -n "$SNS" addr add 192.168.42.80/24 dev vxlan42
make_site
start_dns "$SNS" 192.168.42.80 lab.example=192.168.42.80
start_nginx "$SNS" 192.168.42.80:80 65s
wait_listen "$SNS" 80
capture vxlan.pcapng "$CNS" eth0 'udp port 4789 or ip[6:2] & 0x3fff != 0'
client curl -sS -o /dev/null http://lab.example/
ip -n "$CNS" link set vxlan42 mtu 1500
ip -n "$SNS" link set vxlan42 mtu 1500
client curl -sS -o /dev/null http://192.168.42.80/style.css -o /dev/null http://192.168.42.80/photo.png
save
