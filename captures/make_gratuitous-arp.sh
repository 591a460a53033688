#!/bin/bash
# The server gets another network adapter (another MAC address) between two requests
# and announces it by gratuitous ARP (arp_notify of the kernel).
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
ip netns exec "$SNS" sysctl -qw net.ipv4.conf.eth0.arp_notify=1
ip -n "$SNS" addr del 192.168.10.53/24 dev eth0
flush_neighbours
capture gratuitous-arp.pcapng "$CNS" eth0 'arp or tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/
ip -n "$SNS" link set eth0 address 02:00:00:00:10:81
sleep 1
client curl -sS -o /dev/null http://192.168.10.80/style.css
save
