#!/bin/bash
# Chromium visits the sample page on nginx over Ethernet, reloads it (304), and
# stays idle until nginx ends the connections (keepalive_timeout 5 s).
# The filter keeps DNS messages asking for names beginning with "lab.": the
# browser's lookups for its own services are no part of the lab.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 5s
start_dns "$SNS" 192.168.10.53 lab.example=192.168.10.80
wait_listen "$SNS" 80
browser_start open:http://lab.example/ wait:3 reload wait:9
flush_neighbours
capture page-nginx-browser.pcapng "$CNS" eth0 \
  'arp or (udp port 53 and udp[20:4] = 0x036c6162) or tcp port 80'
browser_go
save
