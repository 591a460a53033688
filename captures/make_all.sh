#!/bin/bash
# Make every capture anew, one after the other (about six minutes, as root).
cd "$(dirname "$0")" || exit
failed=() done=""
for script in make_page-*.sh make_*.sh; do # truncated and gzip need page-node-curl
  case $script in make_all.sh) continue ;; esac
  case " $done " in *" $script "*) continue ;; esac
  done="$done $script"
  echo "== $script"
  bash "$script" || failed+=("$script")
done
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
