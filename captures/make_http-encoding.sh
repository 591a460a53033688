#!/bin/bash
# How messages end and how bodies are coded, one connection per question:
#   8080 (Node.js)  0 chunked, gzip, brotli, chunked and gzip  1 body up to the close
#     (HTTP/1.0)  2 Expect: 100-continue  3 103 Early Hints  4 PNG called text
#     5 closed without an answer  6 answer before the request is complete, the rest
#     of it meets a closed server (RST)  7 pipelined requests  8 no Host (400)  9 both lengths in a request (400)
#   8001-8003 (lib/peer.py)  10 both lengths in a response  11 body cut short
#     12 a status line without a reason, and nothing more than a Set-Cookie
# The requests 6 to 9 are written by hand (lib/peer.py), as are the answers 10 to 12.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" node "$LIB/variety_server.js" 8080 192.168.10.80
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8001 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nsample\n\r\n0\r\n\r\n' eof close
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8002 message \
  'text:HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nsample, and then nothing more\n' sleep:0.2 close
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8003 message \
  'text:HTTP/1.1 204\r\nSet-Cookie: a=1\r\n\r\n' eof close
for port in 8080 8001 8002 8003; do wait_listen "$SNS" "$port"; done
head -c 2000 /dev/zero | tr '\0' 'x' >"$TMP/body"
head -c 1982 "$TMP/body" >"$TMP/rest"
host='Host: lab.example:8080\r\nUser-Agent: sample-client\r\n'
base=http://192.168.10.80:8080
get() { client curl -sS "$@" || true; sleep 0.2; }
ask() { client python3 "$LIB/peer.py" connect 192.168.10.80 8080 "$@" || true; sleep 0.2; }
capture http-encoding.pcapng "$CNS" eth0 'tcp port 8080 or tcp portrange 8001-8003'
get --compressed -o /dev/null "$base/chunked" -o /dev/null "$base/gzip" -o /dev/null "$base/brotli" -o /dev/null "$base/chunked-gzip"
get --http1.0 -o /dev/null "$base/chunked"
get -o /dev/null -H 'Expect: 100-continue' --data-binary "@$TMP/body" "$base/form"
get -o /dev/null "$base/hints"
get -o /dev/null "$base/picture.png"
get -o /dev/null "$base/vanish"
ask "text:POST /small HTTP/1.1\r\n${host}Content-Type: text/plain\r\nContent-Length: 2000\r\n\r\nonly the beginning" \
  sleep:0.3 "send:$TMP/rest" eof close
ask "text:GET /welcome HTTP/1.1\r\n${host}\r\nGET /lines HTTP/1.1\r\n${host}\r\nGET /missing HTTP/1.1\r\n${host}Connection: close\r\n\r\n" eof close
ask 'text:GET /welcome HTTP/1.1\r\nUser-Agent: sample-client\r\n\r\n' eof close
ask "text:POST /form HTTP/1.1\r\n${host}Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nsample\n\r\n0\r\n\r\n" eof close
get -o /dev/null http://192.168.10.80:8001/
get -o /dev/null http://192.168.10.80:8002/
get -o /dev/null http://192.168.10.80:8003/
save
