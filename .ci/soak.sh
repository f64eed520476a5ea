#!/usr/bin/env bash
# Two nodes of the contract certificate service on one PostgreSQL, used by the whole market at once, killed and started
# again in turn: nothing acknowledged is lost, nothing issued twice, and the audit log is whole.
#   .ci/soak.sh PNC [SECONDS [WORKERS]]      600 seconds are a day's work of an operator
set -euo pipefail
cd "$(dirname "$0")/.."
pnc=$(realpath "${1:?PNC}") seconds=${2:-600} workers=${3:-8}
if [ -z "${PNC_TEST_POSTGRES:-}" ]; then exec bash .ci/postgres.sh bash .ci/soak.sh "$pnc" "$seconds" "$workers"; fi
profile=(); folder=debug
case $pnc in */release/*) profile=(--release); folder=release ;; esac
cargo build -q "${profile[@]}" -p pnc-pki-service --example soak
soak=${CARGO_TARGET_DIR:-target}/$folder/examples/soak
work=$(mktemp -d)
declare -A node
stop() { kill "${node[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT
"$pnc" pki init "$work/ca" >/dev/null
printf '[limits]\nclient_rate = 0\naddress_rate = 0\n' >"$work/serve.toml"
database=${PNC_TEST_POSTGRES/postgres?host/soak?host}
psql -q "$PNC_TEST_POSTGRES" -c 'CREATE DATABASE soak'
token=$("$pnc" pki token add soak --role admin --database "$database")
start() { # NUMBER PORT
  "$pnc" pki serve --dir "$work/ca" --config "$work/serve.toml" --database "$database" --listen "127.0.0.1:$2" --quiet \
    >"$work/out$1" 2>>"$work/err$1" &
  node[$1]=$!
  for _ in $(seq 100); do grep -q listening "$work/out$1" && return; sleep 0.1; done
  cat "$work/err$1"; echo "node $1 does not start"; exit 1
}
start 1 0
start 2 0
port() { sed -nE 's/.*:([0-9]+)$/\1/p' "$work/out$1"; }
port1=$(port 1) port2=$(port 2)
"$soak" "$token" "$seconds" "$workers" 0 "http://127.0.0.1:$port1" "http://127.0.0.1:$port2" >"$work/counts" 2>"$work/trouble" &
driver=$!
restarts=0 begin=$SECONDS
# By turns politely and not.
while kill -0 "$driver" 2>/dev/null; do
  sleep $((seconds / 10 + 2))
  kill -0 "$driver" 2>/dev/null && ((SECONDS - begin < seconds)) || continue
  which=$((restarts % 2 + 1)); port=port$which
  if ((restarts % 4 < 2)); then kill "${node[$which]}"; else kill -KILL "${node[$which]}"; fi
  wait "${node[$which]}" 2>/dev/null || true
  start "$which" "${!port}"
  restarts=$((restarts + 1))
done
wait "$driver" || { cat "$work/trouble"; tail -n 5 "$work"/err*; echo "the soak failed"; exit 1; }
counts=$(cat "$work/counts")
# Every certificate in the store is one that was acknowledged, and the other way round.
wanted=$(grep -oE '"certificates":[0-9]+' <<<"$counts" | grep -oE '[0-9]+')
found=$(psql -qAt "$database" -c 'SELECT count(*) FROM certificate')
twice=$(psql -qAt "$database" -c 'SELECT count(*) FROM (SELECT der FROM certificate GROUP BY der HAVING count(*) > 1) AS twice')
[ "$found" = "$wanted" ] || { echo "$found certificates in the store, $wanted acknowledged: $counts"; exit 1; }
[ "$twice" = 0 ] || { echo "$twice certificates are there twice"; exit 1; }
"$pnc" pki audit verify "$database" >"$work/audit" || { cat "$work/audit"; echo "the audit log is broken"; exit 1; }
tail -n 1 "$work/audit"
echo "$restarts restarts in $seconds s, counts equal, audit log whole: $counts"
