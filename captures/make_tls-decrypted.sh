#!/bin/bash
# The page over HTTPS, TLS 1.3 (stream 0) and TLS 1.2 (stream 1), with the keys of
# the session (SSLKEYLOGFILE) put into the capture by editcap, so that the HTTP
# inside can be read; and plain HTTP sent to the TLS port (stream 2). The lines
# with the keys are of this capture alone.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/O=Sample/CN=lab.example' \
  -addext 'subjectAltName=DNS:lab.example' -keyout "$TMP/key.pem" -out "$TMP/cert.pem" 2>/dev/null
start_nginx "$SNS" '192.168.10.80:443 ssl' 65s \
  "ssl_certificate $TMP/cert.pem; ssl_certificate_key $TMP/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
wait_listen "$SNS" 443
capture tls-decrypted.pcapng "$CNS" eth0 'tcp port 443'
export SSLKEYLOGFILE=$TMP/keys.log
get() { client curl -sS -k --resolve lab.example:443:192.168.10.80 "$@"; sleep 0.2; }
get -o /dev/null https://lab.example/ -o /dev/null https://lab.example/style.css
get --tls-max 1.2 -o /dev/null https://lab.example/
get -o /dev/null http://lab.example:443/
stop_captures
mv "$TMP/tls-decrypted.pcapng" "$TMP/closed.pcapng"
editcap --inject-secrets "tls,$SSLKEYLOGFILE" "$TMP/closed.pcapng" "$TMP/tls-decrypted.pcapng"
place tls-decrypted.pcapng
