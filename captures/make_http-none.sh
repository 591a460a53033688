#!/bin/bash
# TCP that is not HTTP: a small text protocol on port 9000.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 9000 'text:READY sample\r\n' \
  line 'text:TEMP 21.5\r\n' line 'text:BYE\r\n' eof close
wait_listen "$SNS" 9000
capture http-none.pcapng "$CNS" eth0 'tcp port 9000'
client python3 "$LIB/peer.py" connect 192.168.10.80 9000 \
  line 'text:READ temperature\r\n' line 'text:QUIT\r\n' line close
save
