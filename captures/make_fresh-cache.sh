#!/bin/bash
# Chromium visits the page twice; style and picture may be used again for an hour
# (max-age), so the second visit does not ask for them.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s \
  'location ~ \.(css|png|wav)$ { add_header Cache-Control max-age=3600; }'
start_dns "$SNS" 192.168.10.53 lab.example=192.168.10.80
wait_listen "$SNS" 80
browser_start open:http://lab.example/ wait:2 open:about:blank wait:1 open:http://lab.example/ wait:2
capture fresh-cache.pcapng "$CNS" eth0 'tcp port 80'
browser_go
save
