#!/usr/bin/env bash
# The contract certificate service, asked by schemathesis whatever its description allows and forbids: never an answer 5xx,
# every answer as described, nothing without credentials.
#   .ci/schemathesis.sh PNC CACHE [EXAMPLES]
set -euo pipefail
cd "$(dirname "$0")/.."
pnc=$(realpath "${1:?PNC}") cache=${2:?CACHE} examples=${3:-30}
python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "python3-venv is missing"; exit 77; }
[ -x "$cache/bin/st" ] || { python3 -m venv "$cache" && "$cache/bin/pip" -q install 'schemathesis>=4,<5'; }
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
"$pnc" pki init "$work/ca" >/dev/null
cat >"$work/serve.toml" <<'END'
[limits]
client_rate = 0
address_rate = 0
[webhooks]
hosts = ["127.0.0.1"]
END
database=sqlite:$work/store.db
token=$("$pnc" pki token add schemathesis --role admin --database "$database")
"$pnc" pki serve --dir "$work/ca" --config "$work/serve.toml" --database "$database" --listen 127.0.0.1:0 --quiet \
  >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 100); do grep -q listening "$work/out" && break; sleep 0.1; done
url=$(sed -n 's/^listening on //p' "$work/out")
[ -n "$url" ] || { cat "$work/err"; echo "the service does not start"; exit 1; }

# What no schema can say: whether octets are a certificate, and whether an identifier is known.
cat >"$work/schemathesis.toml" <<'END'
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422]
# OCSP answers in its own words that it cannot read a request.
[[operations]]
include-path = "/ocsp"
checks.negative_data_rejection.enabled = false
END
# Octets and text go as they are.
cat >"$work/octets.py" <<'END'
import schemathesis

@schemathesis.serializer("application/exi", "application/octet-stream", "application/ocsp-request", "application/pkcs10")
def octets(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
END
cd "$work"
PYTHONPATH=$work SCHEMATHESIS_HOOKS=octets "$cache/bin/st" --config-file "$work/schemathesis.toml" run "$url/openapi.json" --header "Authorization: Bearer $token" \
  --phases examples,coverage,fuzzing --max-examples "$examples" --seed 1 --no-color --workers 2 >"$work/report" 2>&1 ||
  { cat "$work/report"; tail -n 5 "$work/err"; echo "schemathesis found faults"; exit 1; }
kill -0 "$server" || { echo "the service died"; exit 1; }
grep -E 'Tested|Operations|Test cases|generated' "$work/report" | tail -n 3 || true
echo "$(grep -oE '[0-9]+ generated|[0-9,]+ test cases?' "$work/report" | tail -n 1): schemathesis is content"
