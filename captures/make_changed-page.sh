#!/bin/bash
# curl gets a page and keeps it with its ETag and time; the page is changed; curl asks for it
# on the condition that it is another one (200), and once more (304).
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture changed-page.pcapng "$CNS" eth0 'tcp port 80'
get() { client curl -sSR -o "$TMP/page.html" --etag-save "$TMP/etag" "$@" http://192.168.10.80/; }
again() { get --etag-compare "$TMP/etag" -z "$TMP/page.html"; }
get
sleep 1.1 # times in HTTP are whole seconds
sed -i 's|</body>|<p>one line more</p>\n&|' "$TMP/site/index.html"
again
sleep 0.3
again
save
