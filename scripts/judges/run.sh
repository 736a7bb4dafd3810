#!/bin/sh
# Has other people's tools judge what this project makes: every check-*.py and check-*.mjs here
# is run, with pinned tools in target/judges. Each says a line for each check and fails loudly.
set -eu
cd "$(dirname "$0")/../.."
place=target/judges
mkdir -p "$place"
[ -x "$place/venv/bin/python" ] || python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check -r scripts/judges/requirements.txt
(cd scripts/judges && npm ci --no-audit --no-fund --silent)
# Made by the code as it is now, not as it was when the file was written.
cargo run --quiet --locked -p licence-key --example vectors > "$place/vectors.json"
VECTORS="$PWD/$place/vectors.json"
export VECTORS
failed=0
for check in scripts/judges/check-*; do
  case "$check" in
    *.py) "$place/venv/bin/python" "$check" || failed=1 ;;
    *.mjs) node "$check" || failed=1 ;;
  esac
done
exit "$failed"
