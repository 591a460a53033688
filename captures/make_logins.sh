#!/bin/bash
# Credentials of every kind over plain HTTP: Basic, Bearer and proxy credentials, login forms
# (urlencoded, multipart, JSON), cookies set and sent back (one longer than a segment), tokens in a
# query, in a Location, in a path; after DNS and ARP. Users, passwords and tokens are invented (示例).
. "$(dirname "$0")/lib/lab.sh"
lab_pair
start_dns "$SNS" 192.168.10.53 portal.sample-campus.test=192.168.10.80 files.sample-campus.test=192.168.10.80
start "$SNS" python3 "$LIB/login_server.py" 192.168.10.80 8080
wait_listen "$SNS" 8080
long=SampleLong$(seq -s - 1000 1500)
flush_neighbours
capture logins.pcapng "$CNS" eth0 'arp or udp port 53 or tcp port 8080'
base=http://portal.sample-campus.test:8080
steps=()
get() { steps+=(--next -sS -o /dev/null "$@"); }
get "$base/"
get -u 'sample-user:Sample-Basic-77' "$base/private"
get -H 'Authorization: Bearer SampleBearer44ddcc' -H 'X-Api-Key: SampleApiKey21fe' "$base/api"
get -d 'user=sample-user&password=Sample%2FForm-88&lang=en' "$base/login"
get -H 'Content-Type: application/json' -d '{"user": "sample-user", "password": "Sample-Json-33"}' "$base/login"
get -F user=sample-user -F password=Sample-Multi-22 "$base/login"
get -b 'session=SampleCookie0099aabbcc; theme=light' \
  -e 'http://sample-user:Sample-Ref-11@files.sample-campus.test/start?sid=SampleSid32' "$base/notes"
get -b 'session=SampleCookie0099aabbcc' "$base/again?page=1&access_token=SampleToken55eeff"
get -b "tracker=$long" "$base/long"
get "$base/session/SampleCookie0099aabbcc/leave"
client curl "${steps[@]:1}"
client curl -sS -o /dev/null -x http://192.168.10.80:8080 -U 'sample-user:Sample-Proxy-66' http://files.sample-campus.test/far
save
