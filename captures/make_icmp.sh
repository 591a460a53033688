#!/bin/bash
# ICMP through a router: pings with answers, pings of a silent host, a UDP datagram
# to a closed port (port unreachable, 3/3), TCP to a host that is not there (host
# unreachable, 3/1), to a network nobody knows (network unreachable, 3/0), to a
# host the router may not reach (administratively prohibited, 3/13), and a hop limit
# that is too small (time exceeded, 11/0).
. "$(dirname "$0")/lib/lab.sh"
lab_router
make_site
start_nginx "$SNS" 192.168.20.80:80 65s
wait_listen "$SNS" 80
ip -n "$SNS" addr add 192.168.20.81/24 dev eth0
server nft -f - <<'RULES'
table ip silent {
  chain input { type filter hook input priority 0; policy accept; ip daddr 192.168.20.81 drop; }
}
RULES
ip netns exec "$WNS" nft -f - <<'RULES'
table ip guard {
  chain forward { type filter hook forward priority 0; policy accept;
    ip daddr 192.168.20.82 reject with icmp type admin-prohibited; }
}
RULES
ip netns exec "$WNS" sysctl -qw net.ipv4.icmp_ratelimit=0 # say every error
flush_neighbours
capture icmp.pcapng "$CNS" eth0 'icmp or arp or udp port 9999 or tcp port 80'
client python3 "$LIB/ping.py" 192.168.20.80 3 0.5
client python3 "$LIB/ping.py" 192.168.20.81 2 0.5
client python3 -c '
import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.sendto("示例".encode(), ("192.168.20.80", 9999))
time.sleep(0.2)'
for host in 192.168.20.99 198.51.100.80 192.168.20.82; do
  client curl -sS --connect-timeout 4 -o /dev/null "http://$host/" || true # (7) or (28)
done
client python3 -c '
import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
sock.sendto("示例".encode(), ("192.168.20.80", 9999))
time.sleep(0.2)'
client curl -sS -o /dev/null http://192.168.20.80/
save
