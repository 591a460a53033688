#!/bin/bash
# Nothing listens on the port: SYN is answered by RST, ACK.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
capture refused.pcapng "$CNS" eth0 'tcp port 8080'
client curl -sS -o /dev/null http://192.168.10.80:8080/ || true # (7) could not connect
save
