#!/usr/bin/env bash
# Make .venv ready: Python environment, packages, messages. Safe to repeat; quick when nothing changed.
# Every failure ends in one line that says what is missing and what to do. Settings: PYTHON (interpreter).
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv="$PWD/.venv"
readonly stamps="$venv/.set_up"     # one file per finished step, holding the hash of what it was made from
readonly log="$PWD/build/set_up.log"

say() { printf '== %s\n' "$*"; }
fail() { printf 'set-up stopped: %s\n' "$*" >&2; exit 1; }

is_supported_python() {
  "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

choose_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.12 python3.11 python3.13 python3.10}; do
    if is_supported_python "$candidate"; then command -v "$candidate"; return; fi
  done
  [[ -z ${PYTHON:-} ]] || fail "PYTHON=$PYTHON is not a Python from 3.10 to 3.13"
  fail "Python 3.10 to 3.13 is needed, python3 here is $(python3 --version 2>/dev/null || echo absent); name one: make setup PYTHON=/path/to/python3.12"
}

check_build_tools() {
  local include
  command -v "${CC:-cc}" >/dev/null && command -v "${CXX:-c++}" >/dev/null ||
    fail "no C and C++ compiler; Debian and Ubuntu: apt install g++"
  command -v make ninja >/dev/null || fail "no make; Debian and Ubuntu: apt install make"
  command -v cmake >/dev/null || fail "no cmake (3.21 or later); Debian and Ubuntu: apt install cmake"
  cmake --version | awk 'NR == 1 { split($3, v, "."); exit !(v[1] > 3 || (v[1] == 3 && v[2] >= 21)) }' ||
    fail "$(cmake --version | head -1) is too old, 3.21 is needed; in a pinch: pip install cmake"
  include="$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')"
  [[ -f $include/Python.h ]] || fail "no Python headers ($include/Python.h); Debian and Ubuntu: apt install python3-dev"
}

check_disk() {
  local needed_mb="$1" free_mb
  free_mb="$(df -Pm . | awk 'NR == 2 { print $4 }')"
  ((free_mb >= needed_mb)) ||
    fail "too little disk: $free_mb MB free in $PWD, the set-up needs $needed_mb MB more"
}

make_environment() {
  local python
  if [[ -e $venv ]]; then
    # A copied or moved environment, or one whose Python was removed, fails in ways that are hard to read.
    grep -qsF "$venv" "$venv/bin/activate" && is_supported_python "$venv/bin/python" &&
      "$venv/bin/python" -m pip --version >/dev/null 2>&1 ||
      fail "the environment .venv is broken or was moved; remove it and repeat: rm -rf .venv"
    check_build_tools "$venv/bin/python"
    return
  fi
  python="$(choose_python)"
  check_build_tools "$python"
  check_disk 8000    # a finished environment has 6500 MB, and pip unpacks beside it
  say "Python environment .venv from $python ($("$python" --version))"
  if ! "$python" -m venv "$venv" >"$log" 2>&1; then
    rm -rf "$venv"
    fail "$python cannot make an environment; Debian and Ubuntu: apt install python3-venv (log: $log)"
  fi
}

# Of all files below the given paths; one that is not there counts as empty, cmake will tell.
hash_of() {
  { find "$@" -type f -print0 2>/dev/null || true; } |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
}
is_done() { [[ -f $stamps/$1 && "$(<"$stamps/$1")" == "$2" ]]; }
set_done() { mkdir -p "$stamps"; printf '%s\n' "$2" >"$stamps/$1"; }

explain_pip_failure() {
  if grep -q 'No space left on device' "$log"; then
    fail "too little disk in $PWD: the first set-up needs 8000 MB"
  elif grep -qE 'name resolution|Name or service not known|establish a new connection|Network is unreachable|timed out|ProxyError|from versions: none' "$log"; then
    fail "no network: pip cannot reach its package index (log: $log)"
  fi
  fail "pip could not install requirements/$1.txt (log: $log)"
}

# Wait for a process, saying now and then how long it has run and how large the environment is.
show_progress_of() {
  local start=$SECONDS
  trap 'kill "'"$1"'" 2>/dev/null; exit 130' INT TERM    # a process in the background hears no Ctrl-C
  while sleep 1; kill -0 "$1" 2>/dev/null; do
    if (((SECONDS - start) % 15 == 0)); then
      printf '   %d s, %d MB in .venv\n' $((SECONDS - start)) "$(du -sm "$venv" 2>/dev/null | cut -f1)"
    fi
  done
  trap - INT TERM
  wait "$1"
}

install_requirements() {
  local name="$1" what="$2" hash
  hash="$(hash_of "requirements/$name.txt" requirements/constraints.txt)"
  if is_done "$name" "$hash"; then return; fi
  say "$what"
  rm -f "$log"
  # No cache: it would keep the 3 GB of archives a second time.
  "$venv/bin/python" -m pip install --quiet --progress-bar off --no-cache-dir --disable-pip-version-check --log "$log" \
    -r "requirements/$name.txt" -c requirements/constraints.txt 2>/dev/null &
  show_progress_of $! || explain_pip_failure "$name"
  set_done "$name" "$hash"
}

build_package() {
  local hash site
  hash="$(hash_of CMakeLists.txt cmake package.xml setup.cfg msg srv launch config weights requirements/ros.txt)"
  site="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
  if is_done package "$hash"; then return; fi
  say "messages and package files (about 30 s the first time)"
  rm -f "$site/rgbt_dualatt_ros"    # the link of an earlier set-up: cmake must not install through it
  { cmake -S . -B build/ros -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$venv" \
      -DCMAKE_INSTALL_PREFIX="$venv" -DPython3_EXECUTABLE="$venv/bin/python3" &&
    cmake --build build/ros --parallel 2 &&
    cmake --install build/ros; } >"$log" 2>&1 ||
    fail "the messages did not build: $(grep -m1 -iE 'error' "$log" || echo 'see the log') (log: $log)"
  link_sources "$site"
  set_done package "$hash"
}

# The environment runs the tree's own code: a copy would go stale at the next edit.
link_sources() {
  local script
  rm -rf "$1/rgbt_dualatt_ros"
  ln -s "$PWD/rgbt_dualatt_ros" "$1/rgbt_dualatt_ros"
  for script in "$venv"/lib/rgbt_dualatt/*; do
    ln -sf "../lib/rgbt_dualatt/${script##*/}" "$venv/bin/${script##*/}"
  done
}

main() {
  mkdir -p build
  exec 9>build/.set_up.lock
  if command -v flock >/dev/null && ! flock -n 9; then
    say "waiting for another set-up of this folder"
    flock 9
  fi
  make_environment
  install_requirements ros "ROS 2 wheels and build tools (480 MB, about 30 s)"
  install_requirements runtime "torch, OpenCV and the rest (5.5 GB on disk, 1 to 5 minutes)"
  install_requirements development "test and lint tools"
  build_package
}

main
