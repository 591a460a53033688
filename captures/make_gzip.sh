#!/bin/bash
# page-node-curl.pcapng as a compressed file.
. "$(dirname "$0")/lib/lab.sh"
gzip -9nc "$OUT/page-node-curl.pcapng" >"$OUT/gzip.pcapng.gz"
