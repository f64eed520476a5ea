#!/usr/bin/env bash
# interop-josev.sh [RIG [CACHE]]: live sessions of `pnc secc` and `pnc evcc` with Josev (PyPI iso15118), one line for each row.
# In the rows *-serve-install Josev's car installs a contract certificate that `pnc pki serve` made, under roots of our own.
# RIG holds josev.sh and netns.sh (default ../shared/tools/interop); CACHE is what its setup.sh made. Needs root for namespaces.
# PNC names the binary, ROWS selects rows by a pattern, LOGS keeps the logs. Exit 0: no row failed; 77: skipped, and why.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
rig=${1:-$here/../shared/tools/interop}
cache=${2:-${INTEROP_CACHE:-$rig/.cache}}
pnc=${PNC:-$here/target/debug/pnc}
rows=${ROWS:-.}
skip() { echo "skip  all rows: $1"; exit 77; }
[[ -x $rig/josev.sh && -x $rig/netns.sh ]] || skip "no rig in $rig"
[[ -x $cache/venv/bin/python && -d $cache/pki/flat-iso2 ]] || skip "Josev is not set up in $cache (setup.sh of the rig)"
[[ -x $pnc ]] || skip "no binary $pnc"
command -v curl >/dev/null || skip "curl is missing"
command -v java >/dev/null || skip "Josev needs a Java runtime"
ip netns add "pnc-probe-$$" 2>/dev/null || skip "no network namespaces here"
ip netns del "pnc-probe-$$"

export INTEROP_CACHE=$cache
work=${LOGS:-$(mktemp -d)}; mkdir -p "$work"
station=pncS$$ car=pncE$$
service=
cleanup() {
  [[ -z $service ]] || { kill "$service"; wait "$service"; } 2>/dev/null
  "$rig/netns.sh" down "$station" "$car" 2>/dev/null
  [[ -n ${LOGS:-} ]] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
"$rig/netns.sh" up "$station" "$car" || skip "the namespaces do not come up"

pki=$cache/pki/flat-iso2
cat "$pki"/seccLeafCert.pem "$pki"/cpoSubCA2Cert.pem "$pki"/cpoSubCA1Cert.pem >"$work/secc.pem" 2>/dev/null \
  || cp "$pki/cpoCertChain.pem" "$work/secc.pem"
cat "$pki"/contractLeafCert.pem "$pki"/moSubCA2Cert.pem "$pki"/moSubCA1Cert.pem >"$work/contract.pem"
echo '!UKSWI123456791A, active' >"$work/pool.txt"
echo CARD-1 >"$work/tokens.txt"
# A provisioning service that has a contract for Josev's car: the one Josev goes on with from its own disk.
mkdir -p "$work/deliveries"
cat "$pki"/cpsLeafCert.pem "$pki"/cpsSubCA2Cert.pem "$pki"/cpsSubCA1Cert.pem >"$work/deliveries/cps.pem"
cp "$pki/cpsLeaf.pkcs8.pem" "$work/deliveries/cps.key"
pcid=$(openssl x509 -in "$pki/oemLeafCert.pem" -noout -subject -nameopt multiline | sed -n 's/ *commonName *= //p')
cp "$work/contract.pem" "$work/deliveries/$pcid.pem"
cp "$pki/contractLeaf.pkcs8.pem" "$work/deliveries/$pcid.key"

# The service and the station of an operator of our own; Josev's car trusts its V2G root. Josev's car maker stays what it is,
# but for the car's name: Josev's is no PCID.
evcoid=DEPNCC00000001
db=sqlite:$work/service.db
operator() {
  local cars=$work/cars/iso15118_2 own pcid=WVWP0000000000001 token
  rm -rf "$work/ca" "$work/leaves" "$work/cars" "$work"/service.db*
  cp -rL "$cache/pki/iso2" "$work/cars" || return 1
  openssl req -new -key "$pki/oemLeaf.pkcs8.pem" -subj "/CN=$pcid/O=Switch/C=UK/DC=OEM" -out "$work/oem.csr" &&
    printf 'basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyAgreement\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$work/oem.ext" &&
    openssl x509 -req -in "$work/oem.csr" -CA "$pki/oemSubCA2Cert.pem" -CAkey "$cars/private_keys/oemSubCA2.key" \
      -passin pass:12345 -set_serial 4711 -days 30 -sha256 -extfile "$work/oem.ext" -outform der -out "$cars/certs/oemLeafCert.der" || return 1
  "$pnc" pki init "$work/ca" && "$pnc" pki issue "$work/ca" secc DE-PNC-E0001 --out "$work/leaves" || return 1
  own=$work/ca/roots/v2g_root.pem
  cp "$own" "$cars/certs/v2gRootCACert.pem" && openssl x509 -in "$own" -outform der -out "$cars/certs/v2gRootCACert.der" || return 1
  token=$("$pnc" pki token add operator --role admin --database "$db") &&
    "$pnc" pki token add stations --role cpo --database "$db" >"$work/station.token" || return 1
  in_station "$pnc" pki serve --dir "$work/ca" --database "$db" --listen 127.0.0.1:0 >"$work/service.out" &
  service=$!
  for _ in $(seq 100); do grep -q listening "$work/service.out" && break; sleep 0.1; done
  url=$(sed -n 's/^listening on //p' "$work/service.out")
  [[ -n $url ]] || return 1
  der() { base64 -w0 "$1"; }
  put() { # METHOD PATH JSON
    in_station curl -sS --fail-with-body -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$3" "$url$2"
  }
  put PUT /v1/root/rootCerts "{\"rootType\": \"OEM\", \"certificate\": \"$(der "$pki/oemRootCACert.der")\"}" &&
    put PUT /v1/oem/provCerts "{\"vehicleCertificate\": \"$(der "$cars/certs/oemLeafCert.der")\",
      \"subCA1Certificate\": \"$(der "$pki/oemSubCA1Cert.der")\", \"subCA2Certificate\": \"$(der "$pki/oemSubCA2Cert.der")\"}" &&
    put POST /v1/contracts "{\"emaid\": \"$evcoid\", \"pcid\": \"$pcid\", \"default\": true}"
}
deliveries() { "$pnc" pki audit show --json --limit 1000 "$db" | grep -c certificate.delivered; }

station_config() { # MODE AUTH
  cat <<T
mode = "$1"
records = "$work/records"
[contracts]
mo_roots = ["$pki/moRootCACert.pem"]
level = "field"
pool = "$work/pool.txt"
[eim]
tokens = "$work/tokens.txt"
present = "CARD-1"
[simulation]
rate = 30.0
T
  local chain=$work/secc.pem key=$pki/seccLeaf.pkcs8.pem root=$pki/v2gRootCACert.pem
  [[ $2 != pnc-serve-install ]] ||
    chain=$work/leaves/DE-PNC-E0001/chain.pem key=$work/leaves/DE-PNC-E0001/key.pem root=$work/ca/roots/v2g_root.pem
  cat <<T
[tls]
chain = "$chain"
key = "$key"
root = "$root"
plain_on_request = true
T
  [[ $2 != pnc*-install ]] || cat <<T
[provision]
# Cars' requests are checked here before anybody is asked.
oem_roots = ["$pki/oemRootCACert.pem"]
oem_subs = ["$pki/oemSubCA2Cert.pem", "$pki/oemSubCA1Cert.pem"]
level = "field"
T
}
car_config() { # MODE AUTH
  cat <<T
mode = "$1"
loops = 10
# Josev's answers take longer than 0.25 s on a busy machine.
patience = 2000
# Josev's station reports 400 V whatever is asked for.
[battery]
voltage_empty = 390.0
voltage_full = 410.0
T
  [[ $2 == eim ]] || cat <<T
[tls]
roots = ["$pki/v2gRootCACert.pem"]
level = "field"
T
  [[ $2 != pnc ]] || cat <<T
[contract]
chain = "$work/contract.pem"
key = "$pki/contractLeaf.pkcs8.pem"
T
  # No contract: the car has its provisioning certificate alone.
  [[ $2 != pnc-install ]] || cat <<T
[provisioning]
v2g_roots = ["$pki/v2gRootCACert.pem"]
store = "$work/delivered-$1.pem"
chain = "$pki/oemLeafCert.pem"
key = "$pki/oemLeaf.pkcs8.pem"
level = "field"
T
}
in_station() { ip netns exec "$station" "$@"; }
in_car() { ip netns exec "$car" "$@"; }
field() { python3 -c 'import json, sys
try: print(json.loads(sys.stdin.readlines()[-1]).get(sys.argv[1]) or "-")
except Exception: print("-")' 2>/dev/null "$1"; }
failures=0 done_rows=0
row() { # NAME OURS JOSEV: exit codes, and what to show of ours
  local name=$1 ours=$2 theirs=$3 log=$work/$1
  # A session without delivery would pass by the contract on disk.
  [[ $name != *install || $(field delivered <"$log.ours") != - ]] || ours=nothing-delivered
  [[ $name != *serve-install || $(deliveries) == "$((before + 1))" ]] || ours=nothing-served
  done_rows=$((done_rows + 1))
  if [[ $ours == 0 && $theirs == 0 ]]; then
    echo "pass  $name: $(field ended <"$log.ours"), $([[ $name != *install ]] || echo "delivered $(field delivered <"$log.ours"), ")EVCOID $(field evcoid <"$log.ours"), Wh $(field energy_wh <"$log.ours"), security $(field tls <"$log.ours")"
  else
    failures=$((failures + 1))
    echo "FAIL  $name: ours $ours ($(field ended <"$log.ours"): $(field why <"$log.ours")), Josev $theirs ($(field reason <"$log.josev"))"
  fi
}
for mode in ac dc; do
  for auth in pnc pnc-install pnc-serve-install eim-tls eim; do
    name=secc-iso2-$mode-$auth
    if [[ $name =~ $rows ]]; then
      deliver=() cars=() before=0
      case $auth in
        pnc-install) deliver=(--provision "$work/deliveries") ;;
        pnc-serve-install)
          if [[ -z $service ]]; then
            operator >"$work/operator.log" 2>&1 || { tail "$work/operator.log"; echo "FAIL  the service does not come up"; exit 1; }
          fi
          before=$(deliveries) deliver=(--provision "$url" --provision-token "$work/station.token") cars=(--pki "$work/cars") ;;
      esac
      station_config $mode $auth >"$work/$name.toml"
      in_station "$pnc" secc --interface veth-s --config "$work/$name.toml" "${deliver[@]}" --once --timeout 60 -v >"$work/$name.ours" 2>"$work/$name.log" &
      ours=$!
      timeout 90 "$rig/josev.sh" evcc "$car" veth-e iso2-$mode ${auth/serve-/} "${cars[@]}" --out "$work" --tag "$name-josev" >"$work/$name.josev" 2>&1
      theirs=$?
      wait $ours; row "$name" $? $theirs
    fi
    name=evcc-iso2-$mode-$auth
    if [[ $auth != pnc-serve-install && $name =~ $rows ]]; then
      car_config $mode $auth >"$work/$name.toml"
      timeout 90 "$rig/josev.sh" secc "$station" veth-s iso2-$mode $auth --out "$work" --tag "$name-josev" >"$work/$name.josev" 2>&1 &
      theirs=$!
      for _ in $(seq 200); do [[ -e $work/$name-josev.ready ]] && break; sleep 0.1; done
      in_car "$pnc" evcc --interface veth-e --config "$work/$name.toml" $([[ $auth != pnc-install ]] || echo --install) --json --timeout 60 -v >"$work/$name.ours" 2>"$work/$name.log"
      ours=$?
      wait $theirs; row "$name" $ours $?
    fi
  done
done
echo "$((done_rows - failures)) of $done_rows rows passed"
exit $((failures > 0))
