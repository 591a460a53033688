#!/bin/bash
# An upload whose 32-bit sequence numbers pass 2^32 and go on from 0. The client's
# initial sequence number is chosen (TCP_REPAIR), the connection is real.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 message 'text:HTTP/1.1 204 No Content\r\n\r\n' eof close
wait_listen "$SNS" 8000
{
  printf 'POST /upload HTTP/1.1\r\nHost: lab.example\r\nContent-Type: text/plain\r\nContent-Length: 19998\r\n\r\n'
  seq -f '%05.0f sample line' 1 1111
} >"$TMP/request"
capture seq-wrap.pcapng "$CNS" eth0 'tcp port 8000'
client python3 "$LIB/peer.py" connect 192.168.10.80 8000 isn:4294957296 "send:$TMP/request" message sleep:0.2 close
save
