#!/bin/sh
# Builds sdk/wasm for WebAssembly and holds it against the test vectors in Node.
#
# With the target installed (rustup target add wasm32-unknown-unknown) that is an ordinary build.
# Elsewhere the standard library is built too, which takes minutes: Debian's packages rustc-web
# and rust-web-src have its source, and the toolchain in use its linker.
set -eu
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
place=target/wasm
build="cargo build --release --locked --target $target --target-dir $place --manifest-path sdk/wasm/Cargo.toml"
if [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
  $build
elif [ -d /usr/lib/rustlib/src/rust/library ]; then
  host=$(rustc -vV | sed -n 's/^host: //p')
  linker=$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    $build -Z build-std=std,panic_abort
else
  echo "wasm: install the target (rustup target add $target), or Debian's rustc-web and rust-web-src" >&2
  exit 1
fi
node sdk/wasm/check.mjs "$place/$target/release/licence_key_wasm.wasm" crates/licence-key/tests/vectors.json
