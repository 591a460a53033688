#!/bin/bash
# merged-close.pcapng as some devices write it: the last two frames in Simple Packet Blocks,
# which have no time; after them a frame of a link type that only its maker knows
# (LINKTYPE_USER0). Crafted: blocks and last frame are written by lib/odd_frames.py.
. "$(dirname "$0")/lib/lab.sh"
python3 "$LIB/odd_frames.py" "$OUT/merged-close.pcapng" "$TMP/odd-frames.pcapng" 9 10
place odd-frames.pcapng
