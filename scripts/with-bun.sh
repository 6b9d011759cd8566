#!/bin/sh
# Runs a script of this repository with the one Bun version that package.json pins, installing what is missing first.
# Needs nothing but a POSIX shell and either Bun (of any version) or Node.js with npm.
#
#   sh scripts/with-bun.sh src/main.ts --help
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
modules=$root/node_modules
runtime=$modules/.bin/bun
bootstrap=$modules/.bootstrap
stamp_file=$modules/.installed

fail() {
  printf 'spooky: %s\n' "$1" >&2
  exit 1
}

[ $# -gt 0 ] || fail 'usage: sh scripts/with-bun.sh SCRIPT [ARGUMENT...]'

pin=$(sed -n '/"devDependencies"/,/}/ s/^ *"bun": *"\([^"]*\)".*/\1/p' "$root/package.json")
[ -n "$pin" ] || fail 'package.json does not pin Bun in devDependencies.bun'

version_of() {
  "$1" --version 2>/dev/null || true
}

# Prints the pinned binary below a node_modules folder. Looks into the platform packages as well: the package `bun`
# is an empty shell until its lifecycle script has run, and not every machine lets those run.
pinned_below() {
  for binary in "$1/.bin/bun" "$1"/@oven/bun-*/bin/bun; do
    [ "$(version_of "$binary")" = "$pin" ] || continue
    printf '%s\n' "$binary"
    return
  done
}

# Prints any Bun of this machine; under `bun run` there is one even where PATH does not know it.
any_bun() {
  for binary in "$(command -v bun || true)" "${npm_execpath:-}" "${HOME:-}/.bun/bin/bun"; do
    case $binary in */bun) ;; *) continue ;; esac
    [ -n "$(version_of "$binary")" ] || continue
    printf '%s\n' "$binary"
    return
  done
}

# The lock file is in the format of the pinned version, so only that version installs from it.
fetch_pinned() {
  mkdir -p "$bootstrap"
  printf '{ "private": true, "dependencies": { "bun": "%s" } }\n' "$pin" >"$bootstrap/package.json"
  other=$(any_bun)
  if [ -n "$other" ]; then
    printf 'spooky: getting Bun %s through Bun %s, once\n' "$pin" "$(version_of "$other")" >&2
    (cd "$bootstrap" && "$other" install --ignore-scripts) >&2
  elif command -v npm >/dev/null 2>&1; then
    printf 'spooky: getting Bun %s through npm, once\n' "$pin" >&2
    (cd "$bootstrap" && npm install --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error) >&2
  else
    fail 'neither Bun nor npm was found; install one of them (https://bun.com or https://nodejs.org)'
  fi
}

install() {
  installer=$(pinned_below "$modules")
  if [ -z "$installer" ]; then
    installer=$(any_bun)
    if [ "$(version_of "$installer")" != "$pin" ]; then
      fetch_pinned
      installer=$(pinned_below "$bootstrap/node_modules")
    fi
  fi
  [ -n "$installer" ] || fail "there is no Bun $pin for this machine; 64-bit Linux is what Spooky runs on"
  (cd "$root" && "$installer" install --frozen-lockfile) >&2 || fail 'installing the dependencies failed; the reason is above'
  rm -rf "$bootstrap"
  placed=$(pinned_below "$modules")
  [ -n "$placed" ] || fail "the dependencies are installed, but Bun $pin is not among them"
  [ "$placed" = "$runtime" ] || ln -sf "$placed" "$runtime"
}

stamp=$(cat "$root/package.json" "$root/bun.lock" | cksum)
if [ ! -x "$runtime" ] || [ "$(cat "$stamp_file" 2>/dev/null || true)" != "$stamp" ]; then
  install
  printf '%s\n' "$stamp" >"$stamp_file"
fi

script=$1
shift
case $script in /*) ;; *) script=$root/$script ;; esac
# What the script starts must find the pinned version too, not an older one that comes first on PATH.
PATH=$modules/.bin:$PATH
export PATH
exec "$runtime" "$script" "$@"
