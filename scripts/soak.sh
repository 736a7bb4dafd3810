#!/usr/bin/env bash
# Kills the program a thousand times under load (or as often as CLEARCUE_KILLS says), on SQLite, or
# on a PostgreSQL database of its own: scripts/soak.sh [sqlite|postgres]
set -euo pipefail
cd "$(dirname "$0")/.."

export CLEARCUE_KILLS=${CLEARCUE_KILLS:-1000}
case "${1:-sqlite}" in
sqlite) ;;
postgres)
    scripts/services.sh ensure
    . scripts/services.sh
    server=$CLEARCUE_TEST_POSTGRES
    name=clearcue_soak_$$
    psql "$server" -qc "create database $name"
    trap 'psql "$server" -qc "drop database $name with (force)"' EXIT
    export CLEARCUE_KILLS_DATABASE=${server%/*}/$name
    ;;
*)
    echo "soak: say sqlite or postgres" >&2
    exit 2
    ;;
esac
"${CARGO:-cargo}" test --locked -p server --test meter -- --nocapture kills
