#!/usr/bin/env bash
# Builds everything and runs the tests against real servers: Redis, RabbitMQ, PostgreSQL and Python's Celery, started here on ports and in folders of their own.
#
#   tests/run.sh [suite ...] [--filter PATTERN] [--no-build]
#   tests/run.sh --faults [--filter PATTERN] [--no-build]
#   tests/run.sh --soak [COUNT] [--soak-broker redis|amqp] [--no-build]
#
# Suites: unit generators serializers contract interop fault package aot (all of them when none is named).
# --filter PATTERN   only test methods whose full name matches, * allowed, e.g. '*Redis*'
# --no-build         use what was built last
# --faults           the fault suite alone, in its long form: hundreds of kills, dozens of restarts; more than an hour
# --soak             COUNT tasks (1000000) through one worker, with a look at its memory on the way
# CELERYNET_FAULT_SEED    repeats the moments of faults of an earlier run, which has printed its seeds
# CELERYNET_FAULT_BROKER  redis, classic or quorum: faults on this broker alone
# CELERY_PYTHON      the Python whose Celery is the other side; the system's when not set
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A PROJECTS=(
  [unit]=CeleryNet.Tests [generators]=CeleryNet.Generators.Tests [serializers]=CeleryNet.Serializers.Tests [contract]=CeleryNet.Contract.Tests
  [interop]=CeleryNet.Interop.Tests [fault]=CeleryNet.Fault.Tests [package]=CeleryNet.Package.Tests
  [aot]=CeleryNet.Aot.Tests
)
ORDER=(unit generators serializers contract interop fault package aot)
suites=()
filter=""
build=1
soak=""
soak_broker=redis
while [ $# -gt 0 ]; do
  case "$1" in
    --filter)
      [ $# -ge 2 ] || { echo "tests/run.sh: --filter needs a pattern, such as '*Redis*'." >&2; exit 2; }
      filter="$2"; shift 2 ;;
    --no-build) build=0; shift ;;
    --faults)
      suites=(fault)
      export CELERYNET_FAULT_SCALE=long
      shift ;;
    --soak)
      soak=1000000
      shift
      if [[ "${1:-}" =~ ^[0-9]+$ ]]; then soak="$1"; shift; fi ;;
    --soak-broker)
      case "${2:-}" in redis | amqp) soak_broker="$2"; shift 2 ;; *) echo "tests/run.sh: --soak-broker must be redis or amqp." >&2; exit 2 ;; esac ;;
    *)
      [ -n "${PROJECTS[$1]:-}" ] || { echo "tests/run.sh: there is no suite '$1'; there are: ${ORDER[*]}." >&2; exit 2; }
      suites+=("$1"); shift ;;
  esac
done
if [ ${#suites[@]} -eq 0 ] && [ -z "$soak" ]; then
  for suite in "${ORDER[@]}"; do
    [ -d "tests/${PROJECTS[$suite]}" ] && suites+=("$suite")
  done
fi

needs_servers=0
needs_database=0
needs_linker=0
[ -z "$soak" ] || needs_servers=1
for suite in "${suites[@]}"; do
  case "$suite" in serializers | contract | interop | fault | aot) needs_servers=1 ;; esac
  case "$suite" in contract | interop | aot) needs_database=1 ;; esac
  case "$suite" in aot) needs_linker=1 ;; esac
done

work="$(mktemp -d "${TMPDIR:-/tmp}/celerynet-tests.XXXXXX")"
pids=()
made_policy=""
database_folder=""
as_root=()

descendants() { # pid
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    descendants "$child"
    echo "$child"
  done
}

# Asks a process to end; after ten seconds it and what it has started are killed.
stop() { # pid
  local pid="$1" tree
  kill -0 "$pid" 2>/dev/null || return 0
  tree="$(descendants "$pid")"
  kill -TERM "$pid" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  for pid in "$pid" $tree; do
    kill -KILL "$pid" 2>/dev/null || true
  done
}

stop_all() {
  trap - INT TERM
  local i
  # In reverse: the tests before their servers, the broker before the name server it stands on.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    stop "${pids[i]}"
  done
  [ -z "$made_policy" ] || "${as_root[@]}" rm -f "$made_policy"
  rm -rf "$work" ${database_folder:+"$database_folder"}
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A shell starts what runs beside it deaf to SIGINT and SIGQUIT, which go on from there to the workers that tests send signals to.
hearing=()
if env --default-signal=INT,QUIT true 2>/dev/null; then
  hearing=(env --default-signal=INT,QUIT)
fi

# Waits for a program that the shell's traps may interrupt, and returns what it returned.
run() { # log command...
  local log="$1" status=0
  shift
  "${hearing[@]}" "$@" >"$log" 2>&1 &
  pids+=($!)
  wait $! || status=$?
  unset 'pids[-1]'
  return "$status"
}

free_port() {
  "$CELERY_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The folder of PostgreSQL's programs, which Debian keeps off the path.
find_postgres() {
  local folder
  for folder in "$(dirname "$(command -v initdb || echo /)")" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      echo "$folder"
      return
    fi
  done
}

install_missing() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null || missing+=(rabbitmq-server)
  command -v openssl >/dev/null || missing+=(openssl)
  if [ "$needs_database" -eq 1 ]; then
    [ -n "$(find_postgres)" ] || missing+=(postgresql)
    if [ -z "${CELERY_PYTHON:-}" ]; then
      /usr/bin/python3 -c 'import sqlalchemy, psycopg2' 2>/dev/null || missing+=(python3-sqlalchemy python3-psycopg2)
      /usr/bin/python3 -c 'import django_celery_results' 2>/dev/null || missing+=(python3-django-celery-results)
    fi
  fi
  if [ "$needs_linker" -eq 1 ] && ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
    missing+=(gcc libc6-dev)
  fi
  if [ -z "${CELERY_PYTHON:-}" ]; then
    /usr/bin/python3 -c 'import celery, redis' 2>/dev/null || missing+=(python3-celery python3-redis)
    /usr/bin/python3 -c 'import brotli, cryptography, msgpack, yaml, zstandard' 2>/dev/null ||
      missing+=(python3-brotli python3-cryptography python3-msgpack python3-yaml python3-zstandard)
  fi
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "tests/run.sh: please install: ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo -n)
  fi
  if ! command -v apt-get >/dev/null; then
    echo "tests/run.sh: please install: ${missing[*]} (there is no apt-get here to do it)" >&2
    exit 1
  fi
  echo "installing ${missing[*]}"
  # The packages would start servers on the usual ports; ours run on their own.
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    made_policy="$policy"
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
  fi
  "${as_root[@]}" apt-get update -qq >"$work/apt.log" 2>&1 || true
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1; then
    tail -20 "$work/apt.log" >&2
    echo "tests/run.sh: apt-get could not install ${missing[*]}" >&2
    exit 1
  fi
}

wait_for_port() { # name port pid log
  for _ in $(seq 600); do
    (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return 0
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$4" >&2
  echo "tests/run.sh: $1 did not start" >&2
  exit 1
}

start_redis() {
  local port
  port="$(free_port)"
  mkdir -p "$work/redis"
  redis-server --port "$port" --bind 127.0.0.1 --dir "$work/redis" --save "" --appendonly no >"$work/redis.log" 2>&1 &
  pids+=($!)
  wait_for_port redis-server "$port" $! "$work/redis.log"
  export CELERYNET_TEST_REDIS="redis://127.0.0.1:$port"
}

start_rabbitmq() {
  local port epmd_port server=/usr/lib/rabbitmq/bin/rabbitmq-server
  [ -x "$server" ] || server="$(command -v rabbitmq-server)"
  port="$(free_port)"
  epmd_port="$(free_port)"
  mkdir -p "$work/rabbitmq"
  # Erlang's name server would stay behind if the broker started it; ours is stopped with the rest.
  epmd -port "$epmd_port" -address 127.0.0.1 >"$work/epmd.log" 2>&1 &
  pids+=($!)
  env HOME="$work/rabbitmq" RABBITMQ_NODENAME="celerynet$port@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
    RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_MNESIA_BASE="$work/rabbitmq/mnesia" RABBITMQ_LOG_BASE="$work/rabbitmq/log" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$work/rabbitmq/plugins" ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    "$server" >"$work/rabbitmq.log" 2>&1 &
  pids+=($!)
  wait_for_port rabbitmq-server "$port" $! "$work/rabbitmq.log"
  export CELERYNET_TEST_AMQP="amqp://guest:guest@127.0.0.1:$port//"
}

# It refuses to run as root, and whoever runs it must be able to enter the folder of its data.
start_postgresql() {
  local port programs as=()
  port="$(free_port)"
  programs="$(find_postgres)"
  database_folder="$(mktemp -d "${TMPDIR:-/tmp}/celerynet-postgresql.XXXXXX")"
  if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$database_folder"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  fi
  if ! "${as[@]}" "$programs/initdb" -D "$database_folder/data" -U celerynet -A trust -E UTF8 --no-sync >"$work/initdb.log" 2>&1; then
    tail -20 "$work/initdb.log" >&2
    echo "tests/run.sh: initdb could not make a database" >&2
    exit 1
  fi
  "${as[@]}" "$programs/postgres" -D "$database_folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
    >"$work/postgresql.log" 2>&1 &
  pids+=($!)
  wait_for_port postgres "$port" $! "$work/postgresql.log"
  export CELERYNET_TEST_POSTGRESQL="postgresql://celerynet@127.0.0.1:$port"
}

if [ "$needs_servers" -eq 1 ]; then
  install_missing
  export CELERY_PYTHON="${CELERY_PYTHON:-/usr/bin/python3}"
  start_redis
  if [ -z "$soak" ] || [ "$soak_broker" = amqp ]; then start_rabbitmq; fi
  if [ "$needs_database" -eq 1 ]; then start_postgresql; fi
fi

if [ "$build" -eq 1 ]; then
  echo "building"
  if ! run "$work/build.log" dotnet build CeleryNet.sln -c Release --nologo -v quiet; then
    grep -E 'error|warning' "$work/build.log" | sort -u | head -50 >&2
    echo "tests/run.sh: the build failed" >&2
    exit 1
  fi
fi

if [ -n "$soak" ]; then
  case "$soak_broker" in redis) broker="$CELERYNET_TEST_REDIS" ;; amqp) broker="$CELERYNET_TEST_AMQP" ;; esac
  dotnet artifacts/bin/CeleryNet.Soak/release/CeleryNet.Soak.dll --broker "$broker" --result-backend "$CELERYNET_TEST_REDIS/1" --tasks "$soak" &
  pids+=($!)
  wait $!
  exit
fi

passed=0
failed=0
skipped=0
broken=0
for suite in "${suites[@]}"; do
  project="${PROJECTS[$suite]}"
  report="$work/$project.xml"
  arguments=(-noLogo -xml "$report")
  [ -z "$filter" ] || arguments+=(-method "$filter")
  started=$SECONDS
  if [ "$suite" = fault ]; then
    # One line for each fault as soon as it is over: what was sent, lost, run twice.
    export CELERYNET_FAULT_REPORT="$work/faults.txt"
    : >"$CELERYNET_FAULT_REPORT"
    tail -n +1 -f "$CELERYNET_FAULT_REPORT" &
    pids+=($!)
  elif [ "$suite" = aot ]; then
    # How large the native programs are, how fast they start, what they need.
    export CELERYNET_AOT_REPORT="$work/aot.txt"
    : >"$CELERYNET_AOT_REPORT"
  fi
  # In a folder of ours, what tests leave behind when they are killed goes with it.
  if ! run "$work/$project.log" env TMPDIR="$work" dotnet "artifacts/bin/$project/release/$project.dll" "${arguments[@]}"; then
    cat "$work/$project.log"
  fi
  if [ ! -s "$report" ]; then
    echo "$project: gave no report"
    tail -20 "$work/$project.log"
    broken=1
    continue
  fi
  [ "$suite" != aot ] || cat "$CELERYNET_AOT_REPORT"
  counts="$(grep -o '<assembly [^>]*>' "$report" | head -1)"
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counts"; }
  p="$(count passed)" f="$(count failed)" s="$(count skipped)" e="$(count errors)"
  echo "$project: $p passed, $f failed, $s skipped in $((SECONDS - started)) s"
  passed=$((passed + p))
  failed=$((failed + f + e))
  skipped=$((skipped + s))
done

if [ "$skipped" -gt 0 ]; then
  echo "tests/run.sh: $skipped tests were skipped; a skipped test shows nothing" >&2
fi
if [ "$((passed + failed + broken))" -eq 0 ]; then
  echo "tests/run.sh: no test matches" >&2
fi
echo "$passed passed, $((failed + broken)) failed"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ] && [ "$skipped" -eq 0 ] && [ "$passed" -gt 0 ]
