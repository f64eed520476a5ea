#!/usr/bin/env bash
# resolve-batch.sh PNC [LEAST]: `pnc pki resolve --batch` on 40,000 contracts: every answer right and in order, memory that does not
# grow with the file, and LEAST chains (default 2,500) for each second and core.
set -euo pipefail
pnc=$(realpath "$1") least=${2:-2500}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build -q --release -p pnc-pki --example pki_files
"${CARGO_TARGET_DIR:-target}/release/examples/pki_files" contracts "$work" 40000
head -n 4000 "$work/batch.ndjson" >"$work/tenth.ndjson"
python3 - "$pnc" "$work" "$least" <<'P'
import json, os, subprocess, sys
pnc, work, least = sys.argv[1], sys.argv[2], float(sys.argv[3])

def run(name):
    command = [pnc, 'pki', 'resolve', '--batch', f'{work}/{name}', '--anchors', f'mo:{work}/mo_root.pem', '--pool', f'{work}/pool.txt']
    with open(f'{work}/answers', 'w') as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1, status
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

_, small = run('tenth.ndjson')
seconds, large = run('batch.ndjson')
answers = [json.loads(line) for line in open(f'{work}/answers')]
assert len(answers) == 40000
for number, answer in enumerate(answers):
    assert (answer['line'], answer['id']) == (number + 1, number), answer
    state = 'blocked' if number % 10 == 3 else 'active'
    if number % 100 == 7: assert answer['error']['check'] == 'issuer', answer
    else: assert (answer['state'], answer['charge']) == (state, state == 'active'), answer
    assert number % 100 == 7 or answer['evcoid'].startswith(f'DEPNCC{number:08}'), answer
rate = len(answers) / seconds
assert large < small + 16, f'{small:.0f} MiB for a tenth, {large:.0f} MiB for all'
print(f'40,000 chains resolved, {rate:.0f} a second and core, {large:.0f} MiB at most ({small:.0f} for a tenth of them)')
sys.exit(rate < least)
P
