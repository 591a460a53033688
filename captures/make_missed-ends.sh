#!/bin/bash
# idle-timeout-close.pcapng without its SYN-ACK and without the client's FIN: as from a
# program that captured too slowly. Crafted: the frames 2 and 10 were left out afterwards.
. "$(dirname "$0")/lib/lab.sh"
editcap "$OUT/idle-timeout-close.pcapng" "$TMP/missed-ends.pcapng" 2 10
place missed-ends.pcapng
