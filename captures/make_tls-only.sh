#!/bin/bash
# The page over HTTPS with a self-signed sample certificate: nothing but TLS.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
make_site
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/O=Sample/CN=lab.example' \
  -addext 'subjectAltName=DNS:lab.example' -keyout "$TMP/key.pem" -out "$TMP/cert.pem" 2>/dev/null
start_nginx "$SNS" '192.168.10.80:443 ssl' 65s \
  "ssl_certificate $TMP/cert.pem; ssl_certificate_key $TMP/key.pem;"
wait_listen "$SNS" 443
capture tls-only.pcapng "$CNS" eth0 'tcp port 443'
client curl -sS -k --resolve lab.example:443:192.168.10.80 -o /dev/null https://lab.example/
save
