#!/bin/bash
# The main job in all its forms: exit 0, an identifier of the contract and a charging detail record; --json is one line.
set -u
pnc=$1
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for arguments in "" "--mode ac" "--mode dc" "--auth eim" "--mode ac --auth eim"; do
  # shellcheck disable=SC2086
  if timeout 60 "$pnc" demo $arguments >"$work/out" 2>"$work/err"; then
    ok=1
    grep -qi 'detail record\|"energy_wh"\|energy' "$work/out" || ok=0
    case $arguments in *eim*) ;; *) grep -q 'EVCOID' "$work/out" || ok=0 ;; esac
  else ok=0; fi
  [ $ok = 1 ] && echo "ok   demo $arguments" || { failed=1; echo "FAIL demo $arguments"; cat "$work/out" "$work/err"; }
done
timeout 60 "$pnc" demo --json >"$work/out" && [ "$(wc -l <"$work/out")" = 1 ] && python3 -m json.tool "$work/out" >/dev/null &&
  echo "ok   demo --json is one line" || { failed=1; echo "FAIL demo --json"; }
timeout 60 "$pnc" demo --out "$work/session" >/dev/null && python3 -m json.tool "$work/session/cdr.json" >/dev/null &&
  "$pnc" inspect --json "$work/session/session.pcapng" >"$work/inspect" && grep -q '"message":"SessionStopRes"' "$work/inspect" &&
  echo "ok   demo --out: inspect reads $(wc -l <"$work/inspect") messages of it" || { failed=1; echo "FAIL demo --out"; }
exit $failed
