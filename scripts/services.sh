#!/usr/bin/env bash
# What tests need beside Rust and Node: PostgreSQL and Chromium. `ensure` installs what is
# missing from the system's packages and starts a private PostgreSQL where none answers;
# sourced, it only sets the variables that tests read. A missing service is a failure.

CLEARCUE_PG_DIR=${CLEARCUE_PG_DIR:-/tmp/clearcue-test-pg-$(id -u)}
CLEARCUE_PG_PORT=${CLEARCUE_PG_PORT:-54329}

say() { echo "services: $*" >&2; }

install() {
    command -v apt-get >/dev/null || { say "please install: $*"; return 1; }
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    say "installing $*"
    $sudo apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Whether a PostgreSQL at host:port lets `user` in and lets it create databases.
answers() {
    command -v psql >/dev/null &&
        PGCONNECT_TIMEOUT=3 psql -h 127.0.0.1 -p "$1" -U "$2" -d postgres -Atqc \
            "select 1 from pg_roles where rolname = current_user and (rolcreatedb or rolsuper)" 2>/dev/null | grep -q 1
}

postgres_address() {
    if [ -n "${CLEARCUE_TEST_POSTGRES:-}" ]; then echo "$CLEARCUE_TEST_POSTGRES"; return; fi
    local port
    for port in 5432 "$CLEARCUE_PG_PORT"; do
        if answers "$port" postgres; then
            echo "postgres://postgres@127.0.0.1:$port/postgres"
            return
        fi
    done
    return 1
}

as_postgres() {
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgres() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install postgresql || return 1
    local bin
    bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
    if [ ! -f "$CLEARCUE_PG_DIR/PG_VERSION" ]; then
        mkdir -p "$CLEARCUE_PG_DIR"
        [ "$(id -u)" = 0 ] && chown postgres "$CLEARCUE_PG_DIR"
        as_postgres "$bin/initdb" -D "$CLEARCUE_PG_DIR" -U postgres -A trust -E UTF8 --no-locale >/dev/null
    fi
    say "starting a private PostgreSQL on port $CLEARCUE_PG_PORT"
    as_postgres "$bin/pg_ctl" -D "$CLEARCUE_PG_DIR" -w -l "$CLEARCUE_PG_DIR/log" \
        -o "-p $CLEARCUE_PG_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$CLEARCUE_PG_DIR" start >/dev/null
}

chromium_path() {
    local name
    for name in "${CLEARCUE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$name" ] && command -v "$name" && return
    done
    return 1
}

ensure() {
    postgres_address >/dev/null || start_postgres
    postgres_address >/dev/null || { say "no PostgreSQL answers and none could be started: set CLEARCUE_TEST_POSTGRES"; return 1; }
    chromium_path >/dev/null || install chromium
    chromium_path >/dev/null || { say "no Chromium: install it or set CLEARCUE_CHROMIUM"; return 1; }
    say "PostgreSQL at $(postgres_address), Chromium at $(chromium_path)"
}

case "${1:-}" in
    ensure) set -euo pipefail; ensure ;;
    *) CLEARCUE_TEST_POSTGRES=$(postgres_address) && export CLEARCUE_TEST_POSTGRES ;;
esac
