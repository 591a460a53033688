#!/bin/bash
# A DNS exchange and nothing else: no TCP at all.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start_dns "$SNS" 192.168.10.53 lab.example=192.168.10.80
capture udp-only.pcapng "$CNS" eth0 'udp port 53'
client python3 -c 'import socket; socket.gethostbyname("lab.example")'
save
