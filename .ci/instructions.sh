#!/bin/bash
# Instructions of each decoding and encoding of the bench's messages, counted by valgrind, against the committed table:
# more than 3 % above it is a failure. `renew` writes the table anew. A count depends on the compiler, so the table names it.
set -euo pipefail
cd "$(dirname "$0")/.."
table=v2g/benches/instructions.tsv
command -v valgrind >/dev/null || { echo "valgrind is missing"; exit 77; }
rustc=$(rustc --version)
cargo build -q --release --manifest-path v2g/benches/Cargo.toml --bin pnc-v2g-bench
bench=${CARGO_TARGET_DIR:-v2g/benches/target}/release/pnc-v2g-bench
counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT
# A dump at every call of `count::mark`, so that each holds what was done since the call before.
valgrind -q --tool=callgrind --callgrind-out-file="$counts/out" '--dump-before=*count*mark*' \
  "$bench" --count >"$counts/messages" 2>"$counts/log" || { cat "$counts/log"; exit 1; }
python3 - "$counts" "$table" "$rustc" "${1:-}" <<'PYTHON'
import pathlib
import re
import sys

counts, table, rustc, renew = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4] == "renew"
messages = [line.split("\t") for line in (counts / "messages").read_text().splitlines()]


def counted(i):
    return int(re.search(r"^totals: (\d+)", (counts / f"out.{i}").read_text(), re.M)[1])


# The first dump of a message is what came before it, then come its decodings, then its encodings.
now = {}
for i, (rounds, name, _) in enumerate(messages):
    now[name] = [round(counted(3 * i + k) / int(rounds)) for k in (2, 3)]

if renew:
    rows = [f"{name}\t{decode}\t{encode}" for name, (decode, encode) in now.items()]
    table.write_text("\n".join([f"# {rustc}", "# message\tdecode\tencode", *rows]) + "\n")
    print(f"{table} renewed: {len(now)} messages")
    sys.exit()

lines = table.read_text().splitlines()
if lines[0] != f"# {rustc}":
    print(f"{table} is of {lines[0][2:]}, not of {rustc}: renew it with `bash .ci/instructions.sh renew`")
    sys.exit(77)
before = {row[0]: [int(row[1]), int(row[2])] for row in (line.split("\t") for line in lines[2:])}
if before.keys() != now.keys():
    sys.exit(f"other messages than in {table}: renew it with `bash .ci/instructions.sh renew`")
slower, worst = 0, -100.0
for name, counts in now.items():
    for way, was, is_now in zip(("decode", "encode"), before[name], counts):
        percent = 100 * (is_now - was) / was
        worst = max(worst, percent)
        if percent > 3:
            slower += 1
        print(f"{name:30} {way}  {was:>7} -> {is_now:>7}  {percent:+.1f} %")
if slower:
    sys.exit(f"{slower} counts are more than 3 % above {table}; if that is meant: `bash .ci/instructions.sh renew`")
print(f"{2 * len(now)} counts of instructions, the worst {worst:+.1f} % of its table")
PYTHON
