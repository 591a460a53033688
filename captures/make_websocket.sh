#!/bin/bash
# Chromium opens a page that opens a WebSocket: text and bytes both ways, a ping of
# the server and the browser's pong, and a close with status 1000.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" python3 "$LIB/websocket_server.py" 192.168.10.80 8080
wait_listen "$SNS" 8080
browser_start open:http://192.168.10.80:8080/ wait:2
capture websocket.pcapng "$CNS" eth0 'tcp port 8080'
browser_go
save
