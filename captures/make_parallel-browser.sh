#!/bin/bash
# Chromium loads a page with twelve small pictures over HTTP/1.1: it opens several
# connections to the server and uses each for more than one request.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 10 20
mkdir "$TMP/site"
python3 "$LIB/make_pictures.py" "$TMP/site" 12
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
browser_start open:http://192.168.10.80/ wait:4
capture parallel-browser.pcapng "$CNS" eth0 'tcp port 80'
browser_go
save
