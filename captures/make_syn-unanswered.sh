#!/bin/bash
# A packet filter on the server drops the SYN: it is sent again and again, until
# curl gives up after 8 s.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
server nft -f - <<'RULES'
table ip closed {
  chain input { type filter hook input priority 0; policy accept; tcp dport 80 drop; }
}
RULES
capture syn-unanswered.pcapng "$CNS" eth0 'tcp port 80'
client curl -sS -o /dev/null --connect-timeout 8 http://192.168.10.80/ || true # (28) timed out
save
