#!/bin/bash
# HTTP/2 without TLS, known beforehand (h2c), between Node.js and Node.js: four
# things asked for at once on one connection (stream 0), then a ping; and curl, which
# sends a form on a connection of its own (stream 1).
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
seq 1 400 >"$TMP/site/lines.txt"
start "$SNS" node "$LIB/http2_server.js" "$TMP/site" 8080 192.168.10.80
wait_listen "$SNS" 8080
capture http2-clear.pcapng "$CNS" eth0 'tcp port 8080'
client node "$LIB/http2_client.js" http://192.168.10.80:8080 / /style.css /lines.txt /missing
client curl -sS --http2-prior-knowledge -d 'user=student&password=示例' -o /dev/null http://192.168.10.80:8080/form
save
