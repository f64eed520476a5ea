#!/usr/bin/env bash
# The store's tests on PostgreSQL: a cluster of its own, run as another user, thrown away in the end.
#   .ci/postgres.sh [COMMAND..]    runs COMMAND with PNC_TEST_POSTGRES and PNC_TEST_POSTGRES_RESTART set; the tests if there is none
set -euo pipefail
cd "$(dirname "$0")/.."
binaries() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
if [ -z "$(binaries)" ]; then
  [ "$(id -u)" = 0 ] || { echo "not root: PostgreSQL is missing"; exit 77; }
  apt-get update -qq
  # Without a cluster of the distribution's own.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
bin=$(binaries)
work=$(mktemp -d)
# The server refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres: "$work"
port=$((20000 + RANDOM % 20000))
cat >"$work/control" <<END
#!/usr/bin/env bash
cd "$work"
exec $([ "$(id -u)" = 0 ] && echo setpriv --reuid=postgres --regid=postgres --clear-groups) "$bin/pg_ctl" -D "$work/data" -w -t 60 -s -l "$work/log" \\
  -o "-k $work -p $port -c listen_addresses='' -c max_connections=200 ${POSTGRES_OPTIONS:-}" "\$@"
END
chmod +x "$work/control"
as "$bin/initdb" -D "$work/data" -U pnc -A trust -E UTF8 --no-sync >/dev/null
"$work/control" start
trap '"$work/control" -m immediate stop || true; umount "$work/full" "$work/full-server" 2>/dev/null || true; rm -rf "$work"' EXIT
# Small file systems, to be full soon.
if [ "$(id -u)" = 0 ] && mkdir "$work/full" "$work/full-server" && mount -t tmpfs -o size=3m none "$work/full" &&
  mount -t tmpfs -o "size=12m,uid=$(id -u postgres),mode=0700" none "$work/full-server"; then
  export PNC_TEST_FULL=$work/full PNC_TEST_FULL_SERVER=$work/full-server
else
  echo "no small file systems: no test of full disks"
fi
export PNC_TEST_POSTGRES="postgres://pnc@localhost:$port/postgres?host=$work" PNC_TEST_POSTGRES_RESTART="$work/control -m immediate restart"
if [ $# -gt 0 ]; then
  "$@"
else
  cargo test -p pnc-pki-service
  echo "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9.]+' | head -n 1): the store's tests passed"
fi
