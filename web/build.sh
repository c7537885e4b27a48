#!/usr/bin/env bash
# build.sh [OUT]: makes the explorer from a fresh clone: Steeple as a WebAssembly module, and the page that carries it,
# by default web/target/explorer.html. A copy packed by gzip, OUT.gz, is what the feature `explore` of `steeple` embeds.
#
# It needs node 18 or later with npm, and a Rust that compiles for WebAssembly: of rustup, which adds the target itself,
# or Debian's packages rustc-web, cargo-web, rust-web-src and lld-19, which build the standard library, too. As root, it
# installs from Debian what is missing. RUST_WEB=DIR takes Debian's packages from where they were unpacked.
set -euo pipefail
out=$(realpath --canonicalize-missing "${1:-$(dirname "$0")/target/explorer.html}")
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
web=wasm32-unknown-unknown

# install PACKAGE...: from Debian, with the newest list: the oldest one has a Rust that is too old.
install() {
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "build.sh: install the Debian packages $*, or another node 18, or rustup with the target $web" >&2
        exit 1
    fi
    apt-get update --quiet >/dev/null
    apt-get install --quiet --yes --no-install-recommends "$@" >/dev/null
}

# The page shows no paths of this machine, not even in the message of a panic.
flags=("--remap-path-prefix=$PWD=" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=")
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
arguments=(build --quiet --locked --package steeple-web --lib --target "$web" --profile web --target-dir "$target")

# Has the Rust of this directory the standard library for WebAssembly?
has_target() { [[ -d $(rustc --print sysroot 2>/dev/null)/lib/rustlib/$web/lib ]]; }
if [[ -z ${RUST_WEB:-} ]] && { has_target || rustup target add "$web" >/dev/null 2>&1; }; then
    cargo "${arguments[@]}"
else
    debian=${RUST_WEB:-}
    if [[ -z $debian && ! (-x /usr/bin/rustc && -x /usr/bin/wasm-ld-19 && -d /usr/src/rustc-$(/usr/bin/rustc --version | cut -d ' ' -f 2)/library) ]]; then
        install rustc-web cargo-web rust-web-src lld-19
    fi
    if [[ -n $debian ]]; then
        LD_LIBRARY_PATH=$(echo "$debian"/usr/lib/*-linux-gnu)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
        export LD_LIBRARY_PATH
    fi
    # Building the standard library is not a stable feature; the version is Debian's.
    RUSTC="$debian/usr/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$debian/usr/bin/wasm-ld-19" \
        "$debian/usr/bin/cargo" "${arguments[@]}" -Zbuild-std=std,panic_abort
fi
mkdir -p web/target
cp "$target/$web/web/steeple_web.wasm" web/target/steeple.wasm

command -v npm >/dev/null || install nodejs npm
cd web
# What was installed for another list of packages is not what this one names.
if ! cmp --quiet package-lock.json node_modules/.installed; then
    npm ci --silent --no-audit --no-fund
    cp package-lock.json node_modules/.installed
fi
node scripts/bundle.mjs "$out"
