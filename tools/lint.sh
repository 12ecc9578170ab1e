#!/usr/bin/env bash
# All static checks, each to its end, so that one run shows every fault. Needs a finished set-up.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

check() {
  printf '== %s\n' "$*"
  ".venv/bin/$@" || failed+=("$1${2:+ $2}")
}

check ruff check .
check ruff format --check .
check mypy
check lint-imports
if ((${#failed[@]})); then
  printf 'lint failed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
  exit 1
fi
echo "lint passed"
