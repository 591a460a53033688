#!/bin/bash
# Markup, template braces, quotes, entities, Chinese, a right-to-left override
# (U+202E) and a terminal escape in the URL, headers and bodies of both sides.
. "$(dirname "$0")/lib/lab.sh"
lab_pair
script='<script>alert(1)</script>'
braces='{{ 7*7 }}'
bidi=$'\u202egnp.exe'
escape=$'\e[31mred\e[0m'
body="<p title=\"it's &amp; &lt;b&gt;\">$script $braces 示例同学 $bidi $escape</p>"
{
  printf 'HTTP/1.1 200 OK <b>fine</b>\r\n'
  printf 'Server: %s\r\n' "$script"
  printf 'X-Quotes: "double" '\''single'\'' `back` &amp; &quot;\r\n'
  printf 'X-Braces: %s ${7*7} <%%= 7*7 %%>\r\n' "$braces"
  printf 'X-Name: 示例同学\r\n'
  printf 'X-File: photo%s\r\n' "$bidi"
  printf 'X-Colour: %s\r\n' "$escape"
  printf 'Set-Cookie: note=<img src=x onerror=alert(1)>\r\n'
  printf 'Content-Type: text/html; charset=utf-8\r\n'
  printf 'Content-Length: %d\r\n\r\n%s' "$(printf %s "$body" | wc -c)" "$body"
} >"$TMP/answer"
start "$SNS" python3 "$LIB/peer.py" serve 192.168.10.80 8000 \
  message "send:$TMP/answer" message "send:$TMP/answer" eof close
wait_listen "$SNS" 8000
capture html-in-headers.pcapng "$CNS" eth0 'tcp port 8000'
url="http://192.168.10.80:8000"
client curl -sS -g -o /dev/null -A "sample $script" -H "X-Braces: $braces" -H "X-Name: 示例同学" \
  -H "X-File: photo$bidi" -H "X-Colour: $escape" -H "Referer: $url/?a=1&amp;b=\"2\"" \
  --request-target "/$script/示例?q={{7*7}}&name=\"'&amp;" "$url/" \
  --next -sS -o /dev/null -A "sample $script" -H 'Expect:' --data-raw "name=$script&note=$braces&x=$bidi$escape" "$url/form"
save
