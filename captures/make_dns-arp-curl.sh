#!/bin/bash
# ARP, DNS (A and AAAA), one request, the client closes first. The server's
# route has "quickack", so its ACK of the client's FIN is a packet of its own.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
start_dns "$SNS" 192.168.10.53 lab.example=192.168.10.80 lab.example=2001:db8:10::80
ip -n "$SNS" route change 192.168.10.0/24 dev eth0 quickack 1
wait_listen "$SNS" 80
flush_neighbours
capture dns-arp-curl.pcapng "$CNS" eth0 'arp or udp port 53 or tcp port 80'
client curl -sS -o /dev/null http://lab.example/
save
