#!/bin/sh
# Runs deploy/nginx.conf as it is on ports of the loopback, in front of a server of its own, and looks whether what must
# not be logged is not. Needs nginx, openssl, curl. Leaves nothing behind. Usage: sh deploy/try_nginx.sh
set -eu
cd "$(dirname "$0")/.."
W="$(mktemp -d)"
FRONT=18443 PLAIN=18080 BACK=18000
SERVER=
end() {
    [ -f "$W/nginx.pid" ] && kill "$(cat "$W/nginx.pid")"
    [ -n "$SERVER" ] && kill "$SERVER" && wait "$SERVER"
    rm -rf "$W"
}
trap 'end 2>/dev/null || true' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=minyi.example.org \
    -keyout "$W/key.pem" -out "$W/fullchain.pem" 2>/dev/null
sed -e "s#/etc/ssl/minyi/#$W/#; s#/var/log/nginx/#$W/#; s#listen 443#listen 127.0.0.1:$FRONT#" \
    -e "s#listen 80;#listen 127.0.0.1:$PLAIN;#; s#127.0.0.1:8000#127.0.0.1:$BACK#" deploy/nginx.conf > "$W/site.conf"
printf 'pid %s/nginx.pid;\nerror_log %s/main.log;\nevents {}\nhttp { include %s/site.conf; }\n' "$W" "$W" "$W" \
    > "$W/nginx.conf"
SURVEY_ENV=development SURVEY_VAR="$W" DATABASE_URL="sqlite:///$W/survey.db" PORT=$BACK TRUSTED_PROXIES=1 \
    .venv/bin/python -m survey.cli.serve > "$W/server.log" 2>&1 &
SERVER=$!
nginx -p "$W" -c "$W/nginx.conf"
ask() { curl -sk -o "$W/page" -w '%{http_code}' --resolve "minyi.example.org:$FRONT:127.0.0.1" "$@"; }
site="https://minyi.example.org:$FRONT"
for _ in $(seq 180); do
    [ "$(ask "$site/readyz")" = 200 ] && break
    sleep 1
done
poster="$(sed -n 's#.*/q/\([0-9A-Z]*\).*#\1#p' "$W/server.log" | head -1)"
check() {
    [ "$2" = "$3" ] || { echo "FAULT $1: expected $2, found $3"; exit 1; }
    echo "ok    $1"
}
check "start page over TLS" 200 "$(ask "$site/")"
check "a poster's form" 200 "$(ask -L "$site/q/$poster")"
check "a code of the poster is known" yes "$([ ${#poster} -ge 8 ] && echo yes || echo "$poster")"
check "plain http leads to TLS" 308 \
    "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: minyi.example.org' "http://127.0.0.1:$PLAIN/q/$poster")"
check "metrics stay inside" 403 "$(ask "$site/metrics")"
check "a body that is too large is refused" 413 "$(head -c 3000000 /dev/zero | ask --data-binary @- "$site/q/$poster")"
check "no code in the logs" 0 "$(cat "$W"/*.log | grep -v '海报' | grep -c "$poster" || true)"
check "other pages in the access log" yes "$(grep -q 'GET / HTTP' "$W/minyi.log" && echo yes || echo no)"
