#!/bin/bash
# Two connections whose last RST cannot be placed. Crafted: of the first one of reset-kinds.pcapng
# the client's FIN and all of the server after it (frames 6, 7, 8 and 10) were left out; of
# challenge-ack.pcapng, what comes after its RST with a number too high (frame 11).
. "$(dirname "$0")/lib/lab.sh"
editcap -r "$OUT/reset-kinds.pcapng" "$TMP/fin.pcapng" 1-5 9 11
editcap -r "$OUT/challenge-ack.pcapng" "$TMP/rst.pcapng" 1-11
mergecap -w "$TMP/reset-unplaced.pcapng" "$TMP/fin.pcapng" "$TMP/rst.pcapng"
place reset-unplaced.pcapng
