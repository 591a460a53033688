#!/bin/bash
# curl fetches page, style and picture from Python's http.server over Ethernet.
# HTTP/1.0: one connection each. curl is told to read until the server closes
# (instead of counting Content-Length), so the server is the first to close.
# Segmentation offload is left on: some captured segments exceed the MTU. Classic pcap.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
for ns in "$CNS" "$SNS"; do ip netns exec "$ns" ethtool -K eth0 tx on gso on tso on gro on >/dev/null; done
make_site
start "$SNS" python3 -m http.server -d "$TMP/site" -b 192.168.10.80 8000
wait_listen "$SNS" 8000
flush_neighbours
capture page-python-curl.pcap "$CNS" eth0 'arp or tcp port 8000' -P
for name in index.html style.css photo.png; do
  client curl -sS --ignore-content-length -o /dev/null "http://192.168.10.80:8000/$name"
done
save
