#!/bin/bash
# Chromium visits the sample page on a Node.js server over the loopback interface.
. "$(dirname "$0")/lib/lab.sh"
lab_loopback
make_site
start "$SNS" node "$LIB/static_server.js" "$TMP/site" 3000
wait_listen "$SNS" 3000
browser_start open:http://127.0.0.1:3000/ wait:3
capture page-node-browser.pcapng "$CNS" lo 'tcp port 3000'
browser_go
save
