#!/usr/bin/env bash
# josev-pki.sh PNC DIR: Josev's hierarchy of ISO 15118-2 (flat PEM files in DIR, made by its own script) at the field level:
# every chain verifies in its role, and in no other; its contract resolves; each deviation from the strict profiles has a name.
set -euo pipefail
pnc=$1 dir=$2
[[ -d $dir ]] || { echo "no certificates of Josev in $dir"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }
anchors=("v2g:$dir/v2gRootCACert.pem" "mo:$dir/moRootCACert.pem" "oem:$dir/oemRootCACert.pem")
chain() { cat "$dir/$1Cert.pem" "$dir/$2SubCA2Cert.pem" "$dir/$2SubCA1Cert.pem" >"$work/$3.pem"; }
chain seccLeaf cpo secc
chain contractLeaf mo contract
chain oemLeaf oem oem-provisioning
chain cpsLeaf cps cps
roles=(secc contract oem-provisioning cps)
deviations=0
for role in "${roles[@]}"; do
  "$pnc" pki verify "$work/$role.pem" --anchors "${anchors[@]}" --role "$role" --level field --json >"$work/$role.json" || fail "$role: $(<"$work/$role.json")"
  count=$(python3 -c 'import json, sys
verdict = json.load(open(sys.argv[1]))
tolerated = [c for c in verdict["checks"] if c["tolerated"]]
assert verdict["verified"] and len(verdict["chain"]) == 4 and all(c["requirement"] for c in tolerated)
print(len(tolerated))' "$work/$role.json")
  deviations=$((deviations + count))
  for other in "${roles[@]}"; do
    [[ $other == "$role" ]] || ! "$pnc" pki verify "$work/$role.pem" --anchors "${anchors[@]}" --role "$other" --level field >/dev/null || fail "$role passes for $other"
  done
done
echo '!UKSWI123456791A, active' >"$work/pool.txt"
"$pnc" pki resolve "$work/contract.pem" --anchors "${anchors[@]}" --level field --pool "$work/pool.txt" --json | grep -q '"evcoid":"UKSWI123456791A"' || fail "the contract does not resolve"
"$pnc" pki lint --json "$work"/*.pem >"$work/lint.json" && fail "not one rule of the strict profiles is broken"
[[ $(wc -l <"$work/lint.json") == 12 ]] || fail "not every certificate is linted"
echo "Josev's hierarchy: 4 roles verify at the field level, each in its own alone; $deviations deviations from the strict profiles named"
