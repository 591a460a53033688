#!/bin/bash
# A name that does not exist (NXDOMAIN), a name whose first questions are not
# answered and are asked again, an alias (CNAME) with A and AAAA; then one request.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
start_dns "$SNS" 192.168.10.53 lab.example=192.168.10.80 lab.example=2001:db8:10::80 \
  www.example=lab.example slow.example=192.168.10.80 slow.example=silent:2
echo 'options timeout:1 attempts:3' >>"/etc/netns/$CNS/resolv.conf"
wait_listen "$SNS" 80
capture dns-trouble.pcapng "$CNS" eth0 'udp port 53 or tcp port 80'
ask() { client python3 -c 'import socket, sys; socket.getaddrinfo(sys.argv[1], 80)' "$1"; }
ask missing.example 2>/dev/null || true
ask slow.example
client curl -sS -o /dev/null http://www.example/
save
