#!/bin/bash
# The way to the server has a narrow link (MTU 1300) behind the router. Full-size
# segments do not pass: the router says so (ICMP, fragmentation needed), the client
# cuts the bytes of each segment anew, and the server's ACKs then fall into the
# middle of segments as they were sent first.
. "$(dirname "$0")/lib/lab.sh"
lab_router
ip -n "$WNS" link set lan1 mtu 1300
start "$SNS" python3 "$LIB/peer.py" serve 192.168.20.80 8000 message 'text:HTTP/1.1 204 No Content\r\n\r\n' eof close
wait_listen "$SNS" 8000
head -c 6000 /dev/zero | tr '\0' 'x' >"$TMP/body"
capture partial-ack.pcapng "$CNS" eth0 'tcp port 8000 or icmp'
client curl -sS -H 'Content-Type: text/plain' -H 'Expect:' --data-binary "@$TMP/body" http://192.168.20.80:8000/upload
save
