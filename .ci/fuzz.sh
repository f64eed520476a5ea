#!/usr/bin/env bash
# Runs every fuzz target under libFuzzer, two at a time.
#
#   .ci/fuzz.sh [SECONDS] [TARGET..]
#
# exi, exi_xml, v2gtp, mme, secc and evcc run for SECONDS (60), the others for a sixth of that. Prints a line for each
# target and fails if one found something; such an input is kept in fuzz/artifacts. The stable compiler does.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "usage: $0 [SECONDS] [TARGET..]" >&2; exit 2; }
shift || true

host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0
)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
# With a target named, build scripts and macros are built without these.
RUSTFLAGS="${coverage[*]}" cargo build --release --features libfuzzer --bins --target "$host" --quiet
binaries=$CARGO_TARGET_DIR/$host/release

long="exi exi_xml v2gtp mme secc evcc"
targets=$*
if [[ -z $targets ]]; then
    targets=$long
    for file in fuzz_targets/*.rs; do
        name=$(basename "$file" .rs)
        [[ " $long " == *" $name "* ]] || targets+=" $name"
    done
fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# One target on a copy of its seeds, so that what it finds does not grow the repository.
run() {
    local name=$1 time=$(((seconds + 5) / 6)) log=$logs/$1.log crashes
    [[ " $long " != *" $name "* ]] || time=$seconds
    mkdir -p "artifacts/$name" "$logs/$name"
    local limits=(-max_total_time="$time" -timeout=5 -rss_limit_mb=1024 -max_len=8192)
    if RUST_BACKTRACE=0 "$binaries/$name" "$logs/$name" "corpus/$name" -artifact_prefix="artifacts/$name/" \
        "${limits[@]}" -print_final_stats=1 >"$log" 2>&1; then
        crashes=0
    else
        crashes=1
        touch "$logs/failed"
    fi
    local executions edges
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2 || true)
    printf '%-12s %4s s %10s executions %6s edges %s crashes\n' \
        "$name" "$time" "${executions:-?}" "${edges:-?}" "$crashes"
    if ((crashes)); then
        { grep -A 3 -m 1 'panicked at\|an allocation of\|ERROR: libFuzzer' "$log" || true; } | cut -c 1-300 |
            sed 's/^/    /'
        sed -n 's/.*Test unit written to //p' "$log" | while read -r file; do
            echo "    replay: (cd fuzz && $binaries/$name $file)"
        done
    fi
}
export -f run
export seconds logs binaries long

tr ' ' '\n' <<<"$targets" | xargs -P 2 -I NAME bash -euo pipefail -c 'run NAME'
[[ ! -e $logs/failed ]] && echo "$(wc -w <<<"$targets") targets, no crash"
