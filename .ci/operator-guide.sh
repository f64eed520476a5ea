#!/usr/bin/env bash
# The commands of docs/pki-operator.md, as they stand there, in an empty directory. The first installs `pnc`; it is on the path here.
#   .ci/operator-guide.sh PNC
set -euo pipefail
pnc=$(realpath "${1:?PNC}")
guide=$(realpath "$(dirname "$0")/../docs/pki-operator.md")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$pnc" "$work/bin/pnc"
export PATH=$work/bin:$PATH
cd "$work"
commands() { sed -n 's/^\$ //p' "$guide"; }
commands | head -n 1 | grep -q '^cargo install' || { echo "the guide does not begin with the installation"; exit 1; }
tried=0
while read -r command; do
  case $command in cargo\ * | pnc\ secc* | pnc\ evcc* | *pki\ serve*) continue ;; esac
  # The log is there once the service has a database; the guide's tokens make one.
  bash -euo pipefail -c "$command" >out 2>&1 </dev/null || { echo "FAIL: $command"; cat out; exit 1; }
  tried=$((tried + 1))
done < <(commands)
[ -s contract/chain.pem ] && [ -s contract/key.pem ] || { echo "no contract was delivered"; exit 1; }
[ $tried -ge 12 ] || { echo "only $tried commands found"; exit 1; }
echo "$tried commands of the guide work; a contract certificate was delivered"
