#!/bin/bash
# merged-close.pcapng without its SYN and without the answer: as from a program that
# captured too slowly. Crafted: the frames 1 and 6 were left out afterwards.
. "$(dirname "$0")/lib/lab.sh"
editcap "$OUT/merged-close.pcapng" "$TMP/missed.pcapng" 1 6
place missed.pcapng
