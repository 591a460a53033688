#!/bin/bash
# The page over IPv6: neighbour discovery, DNS (AAAA) over IPv6, page, style, picture.
. "$(dirname "$0")/lib/lab.sh"
lab_pair6
make_site
start_nginx "$SNS" '[2001:db8:10::80]:80' 65s
start_dns "$SNS" 2001:db8:10::53 lab.example=2001:db8:10::80
wait_listen "$SNS" 80
flush_neighbours
capture ipv6-curl.pcapng "$CNS" eth0 'icmp6 or udp port 53 or tcp port 80'
client curl -sS -o /dev/null http://lab.example/ -o /dev/null http://lab.example/style.css \
  -o /dev/null http://lab.example/photo.png
save
