#!/bin/bash
# curl fetches page, style and picture from Node.js over one loopback connection,
# then asks again with If-None-Match (304) and for a byte range (206); curl closes.
. "$(dirname "$0")/lib/lab.sh"
lab_loopback
make_site
start "$SNS" node "$LIB/static_server.js" "$TMP/site" 3000
wait_listen "$SNS" 3000
base=http://127.0.0.1:3000
etag=$(client curl -sI $base/index.html | sed -n 's/^etag: *\(.*\)\r$/\1/Ip')
capture page-node-curl.pcapng "$CNS" lo 'tcp port 3000'
client curl -sS -o /dev/null $base/index.html -o /dev/null $base/style.css -o /dev/null $base/photo.png \
  --next -sS -o /dev/null -H "If-None-Match: $etag" $base/index.html \
  --next -sS -o /dev/null -r 0-4095 $base/intro.wav
save
