#!/bin/bash
# Methods, redirects, errors, ranges, cookies, CORS and Basic authentication: about
# thirty exchanges of curl and Node.js on one connection.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" node "$LIB/variety_server.js" 8080 192.168.10.80
wait_listen "$SNS" 8080
capture http-variety.pcapng "$CNS" eth0 'tcp port 8080'
base=http://192.168.10.80:8080
get() { steps+=(--next -sS -o /dev/null -H 'Host: lab.example:8080' "$@"); }
steps=()
get "$base/"
get -I "$base/lines"
get -r 100-299 "$base/lines"
get -r 99999- "$base/lines"
get -L "$base/old"
get -c "$TMP/cookies" -L -d 'user=student&password=示例' "$base/login"
get -b "$TMP/cookies" -e "$base/welcome" "$base/notes/1"
get -X OPTIONS -H 'Origin: http://other.example' -H 'Access-Control-Request-Method: PUT' \
  -H 'Access-Control-Request-Headers: content-type' "$base/notes/1"
get -X PUT -H 'Origin: http://other.example' -H 'Content-Type: application/json' -d '{"note": "示例"}' "$base/notes/1"
get -H 'Origin: http://other.example' "$base/notes/1"
get -X DELETE "$base/notes/1"
get -L -d 'note=again' "$base/form-old"
get -L -d 'note=once+more' "$base/form-older"
get -u 'student:示例密码' --anyauth "$base/private"
get "$base/bad"
get "$base/forbidden"
get "$base/missing"
get -X DELETE "$base/welcome"
get "$base/often"
get "$base/broken"
get "$base/gateway"
get "$base/busy"
client curl "${steps[@]:1}"
save
