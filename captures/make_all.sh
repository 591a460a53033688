#!/bin/bash
# Make every capture anew, one after the other (about three minutes, as root).
cd "$(dirname "$0")" || exit
failed=()
for script in make_page-*.sh make_[!ap]*.sh; do # truncated and gzip need page-node-curl
  echo "== $script"
  bash "$script" || failed+=("$script")
done
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
