# shellcheck shell=bash
# Shared helpers of the make_*.sh scripts: private network namespaces, a packet
# capture in one of them, background programs, and a clean-up that always runs.
# Source it first:  . "$(dirname "$0")/lib/lab.sh"
#
# Needs root, Linux, iproute2, nftables, ethtool, dumpcap, python3.

# Bounded in time: run the calling script once more under timeout(1).
if [ -z "${LAB_BOUNDED:-}" ]; then
  exec env LAB_BOUNDED=1 timeout -k 20 180 bash "$0" "$@"
fi
set -euo pipefail

LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=${LAB_OUT:-$(dirname "$LIB")} # captures land beside the scripts
TMP=$(mktemp -d)
chmod 755 "$TMP"
TAG=$(printf 'lab%x' $$)          # names this run's namespaces
CNS=$TAG-c SNS=$TAG-s WNS=$TAG-w  # client, server, the cable between them
NAMESPACES=() PIDS=() SAVED=()

cleanup() {
  local status=$? pid ns
  trap - EXIT TERM INT
  for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  sleep 0.3
  for pid in "${PIDS[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for ns in "${NAMESPACES[@]}"; do
    ip netns delete "$ns" 2>/dev/null || true
    rm -rf "/etc/netns/$ns"
  done
  rmdir /etc/netns 2>/dev/null || true
  rm -rf "$TMP"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 124' TERM INT

# --- hosts and links ---------------------------------------------------------

new_host() { # new_host NS: an empty host with loopback up and IPv6 quiet
  ip netns add "$1"
  NAMESPACES+=("$1")
  ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
    net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set lo up
}

link() { # link NS1 IF1 MAC1 NS2 IF2 MAC2: an Ethernet cable between two hosts
  ip link add "$2" address "$3" netns "$1" type veth peer name "$5" address "$6" netns "$4"
  ip -n "$1" link set "$2" up
  ip -n "$4" link set "$5" up
}

no_offload() { # no_offload NS IF...: let the capture see segments as on a wire
  local ns=$1 ifc
  shift
  for ifc in "$@"; do
    ip netns exec "$ns" ethtool -K "$ifc" tx off tso off gso off gro off >/dev/null
  done
}

# Client 192.168.10.2, server 192.168.10.80 (and .53 for DNS) on one Ethernet.
lab_pair() {
  new_host "$CNS"
  new_host "$SNS"
  link "$CNS" eth0 02:00:00:00:10:02 "$SNS" eth0 02:00:00:00:10:80
  ip -n "$CNS" addr add 192.168.10.2/24 dev eth0
  ip -n "$SNS" addr add 192.168.10.80/24 dev eth0
  ip -n "$SNS" addr add 192.168.10.53/24 dev eth0
  no_offload "$CNS" eth0
  no_offload "$SNS" eth0
}

# The same with IPv6: client 2001:db8:10::2, server ::80 (and ::53 for DNS).
lab_pair6() {
  local ns
  new_host "$CNS"
  new_host "$SNS"
  for ns in "$CNS" "$SNS"; do
    ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 \
      net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.default.accept_ra=0
  done
  link "$CNS" eth0 02:00:00:00:10:02 "$SNS" eth0 02:00:00:00:10:80
  ip -n "$CNS" addr add 2001:db8:10::2/64 dev eth0 nodad
  ip -n "$SNS" addr add 2001:db8:10::80/64 dev eth0 nodad
  ip -n "$SNS" addr add 2001:db8:10::53/64 dev eth0 nodad
  no_offload "$CNS" eth0
  no_offload "$SNS" eth0
  sleep 3 # multicast reports and address detection are over
}

# The same two hosts (IPv4) at the ends of a long cable that can lose frames (see
# wire.py): each end can be captured truthfully. lab_wire DELAY_MS MBIT RULE...
lab_wire() {
  new_host "$CNS"
  new_host "$WNS"
  new_host "$SNS"
  link "$CNS" eth0 02:00:00:00:10:02 "$WNS" wire0 02:00:00:00:10:f0
  link "$SNS" eth0 02:00:00:00:10:80 "$WNS" wire1 02:00:00:00:10:f1
  ip -n "$CNS" addr add 192.168.10.2/24 dev eth0
  ip -n "$SNS" addr add 192.168.10.80/24 dev eth0
  no_offload "$CNS" eth0
  no_offload "$SNS" eth0
  start "$WNS" python3 "$LIB/wire.py" wire0 wire1 "$@"
  while [ "$(ip netns exec "$WNS" ss -H0 | wc -l)" -lt 2 ]; do sleep 0.1; done
}

# Client 192.168.10.2 and server 192.168.20.80 with a router between them
# (192.168.10.1 and 192.168.20.1), in the namespace $WNS.
lab_router() {
  new_host "$CNS"
  new_host "$WNS"
  new_host "$SNS"
  link "$CNS" eth0 02:00:00:00:10:02 "$WNS" lan0 02:00:00:00:10:01
  link "$SNS" eth0 02:00:00:00:20:80 "$WNS" lan1 02:00:00:00:20:01
  ip -n "$CNS" addr add 192.168.10.2/24 dev eth0
  ip -n "$WNS" addr add 192.168.10.1/24 dev lan0
  ip -n "$WNS" addr add 192.168.20.1/24 dev lan1
  ip -n "$SNS" addr add 192.168.20.80/24 dev eth0
  ip -n "$CNS" route add default via 192.168.10.1
  ip -n "$SNS" route add default via 192.168.20.1
  ip netns exec "$WNS" sysctl -qw net.ipv4.ip_forward=1
  no_offload "$CNS" eth0
  no_offload "$WNS" lan0 lan1
  no_offload "$SNS" eth0
}

# One host, everything over its loopback interface.
lab_loopback() {
  new_host "$CNS"
  SNS=$CNS
}

flush_neighbours() { # so that the capture begins with ARP (or ND)
  ip -n "$CNS" neigh flush all
  ip -n "$SNS" neigh flush all
}

# --- programs ----------------------------------------------------------------

client() { ip netns exec "$CNS" "$@"; }
server() { ip netns exec "$SNS" "$@"; }

start() { # start NS PROGRAM...: in the background, stopped by the clean-up
  local ns=$1
  shift
  ip netns exec "$ns" "$@" >>"$TMP/programs.log" 2>&1 &
  LAST_PID=$!
  PIDS+=("$LAST_PID")
}

wait_listen() { # wait_listen NS PORT: until something listens on that TCP port
  local i
  for i in $(seq 100); do
    [ -n "$(ip netns exec "$1" ss -Hltn "sport = :$2")" ] && return
    sleep 0.1
  done
  echo "nothing listens on port $2:" >&2
  cat "$TMP/programs.log" >&2
  return 1
}

start_dns() { # start_dns NS ADDRESS NAME=ADDR...: DNS for the client too
  local ns=$1 address=$2
  shift 2
  start "$ns" python3 "$LIB/dns_server.py" "$address" "$@"
  mkdir -p "/etc/netns/$CNS"
  echo "nameserver $address" >"/etc/netns/$CNS/resolv.conf"
  sleep 0.5
}

make_site() { python3 "$LIB/make_site.py" "$TMP/site"; } # the sample page

start_nginx() { # start_nginx NS 'LISTEN' KEEPALIVE_SECONDS ['more server lines']
  mkdir -p "$TMP/nginx"
  cat >"$TMP/nginx.conf" <<CONF
user root;
worker_processes 1;
daemon off;
pid $TMP/nginx/pid;
error_log $TMP/nginx/error.log;
events {}
http {
  include /etc/nginx/mime.types;
  types { audio/wav wav; }
  charset utf-8;
  access_log off;
  client_body_temp_path $TMP/nginx/a; proxy_temp_path $TMP/nginx/b;
  fastcgi_temp_path $TMP/nginx/c; uwsgi_temp_path $TMP/nginx/d; scgi_temp_path $TMP/nginx/e;
  keepalive_timeout $3;
  server {
    listen $2;
    server_name lab.example;
    root $TMP/site;
    add_header Cache-Control no-cache;
    ${4:-}
  }
}
CONF
  start "$1" nginx -e "$TMP/nginx/error.log" -c "$TMP/nginx.conf"
}

# browser_start STEP...: a real browser on the client, in two parts. It first starts
# with an empty tab; browser_go lets it do the steps, and waits for its end.
browser_start() {
  client python3 "$LIB/browser.py" "$TMP/profile" "ready:$TMP/ready" "$@" &
  BROWSER=$!
  PIDS+=("$BROWSER")
  local i
  for i in $(seq 200); do
    [ -e "$TMP/ready" ] && sleep 2 && return
    sleep 0.1
  done
  return 1
}
browser_go() {
  rm "$TMP/ready"
  wait "$BROWSER"
}

# --- captures ----------------------------------------------------------------

# capture FILE NS IFACE 'FILTER' [dumpcap options]: start capturing.
CAPTURES=()
capture() {
  local file=$1 ns=$2 ifc=$3 filter=$4 i
  shift 4
  ip netns exec "$ns" dumpcap -q -i "$ifc" -f "$filter" "$@" -w "$TMP/$file" 2>"$TMP/$file.log" &
  PIDS+=("$!")
  CAPTURES+=("$!:$file")
  for i in $(seq 50); do
    if grep -qs '^File:' "$TMP/$file.log"; then
      sleep 0.3
      return
    fi
    sleep 0.1
  done
  cat "$TMP/$file.log" >&2
  return 1
}

# stop_captures: the files are then complete in $TMP.
stop_captures() {
  local item pid
  sleep 1
  for item in "${CAPTURES[@]}"; do
    pid=${item%%:*}
    kill -INT "$pid"
    wait "$pid" || true
  done
}

# place FILE: drop the notes about this computer and put a capture where it belongs.
place() {
  python3 "$LIB/strip_host_info.py" "$TMP/$1" "$OUT/$1"
  SAVED+=("$OUT/$1")
  echo "$1: $(capinfos -Mrc "$OUT/$1" | sed -n 's/^Number of packets: *//p') packets"
}

# save: stop all captures and put them in place.
save() {
  local item
  stop_captures
  for item in "${CAPTURES[@]}"; do place "${item#*:}"; done
  CAPTURES=()
}
