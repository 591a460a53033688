#!/bin/bash
# A switch captured on two of its ports and the files merged: every frame appears
# twice, as it comes in and as it goes out.
. "$(dirname "$0")/lib/lab.sh"
lab_wire 0 1000
make_site
start_nginx "$SNS" 192.168.10.80:80 65s
wait_listen "$SNS" 80
capture port0.pcapng "$WNS" wire0 'tcp port 80'
capture port1.pcapng "$WNS" wire1 'tcp port 80'
client curl -sS -o /dev/null http://192.168.10.80/ -o /dev/null http://192.168.10.80/style.css
stop_captures
mergecap -w "$TMP/duplicate.pcapng" "$TMP/port0.pcapng" "$TMP/port1.pcapng"
place duplicate.pcapng
