#!/bin/bash
# page-node-curl.pcapng, cut off in the middle of a packet (an incomplete file).
. "$(dirname "$0")/lib/lab.sh"
head -c 60000 "$OUT/page-node-curl.pcapng" >"$OUT/truncated.pcapng"
