#!/bin/bash
# Datagrams larger than the MTU: UDP there and back, each in three IP fragments, then
# a page (TCP keeps its segments small and is never fragmented here).
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
start "$SNS" python3 -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("192.168.10.80", 9999))
while True:
    data, peer = sock.recvfrom(65536)
    sock.sendto(data, peer)'
wait_listen "$SNS" 80
capture ip-fragments.pcapng "$CNS" eth0 'udp or (ip[6:2] & 0x3fff != 0) or tcp port 80'
client python3 -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(5)
sock.sendto(b"sample" * 600, ("192.168.10.80", 9999))
sock.recvfrom(65536)'
client curl -sS -o /dev/null http://192.168.10.80/
save
