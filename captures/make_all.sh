#!/bin/bash
# Make every capture anew, one after the other (about five minutes, as root).
cd "$(dirname "$0")" || exit
failed=() made=" make_all.sh "
for script in make_page-*.sh make_*.sh; do # truncated and gzip need page-node-curl
  [[ $made == *" $script "* ]] && continue
  made+="$script "
  echo "== $script"
  bash "$script" || failed+=("$script")
done
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
