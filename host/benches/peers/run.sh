#!/usr/bin/env bash
# Measures everything that README.md names, in about a quarter of an hour on a quiet machine, and makes the tables.
#   host/benches/peers/run.sh [FOLDER]       results.jsonl and results.md there; by default target/peers-results
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-target/peers-results}
mkdir -p "$folder"
python3 "$here/steps.py" "$folder/results.jsonl" --rounds "${ROUNDS:-3}"
python3 "$here/training.py" "$folder/results.jsonl" --rounds "${ROUNDS:-3}"
python3 "$here/table.py" "$folder/results.jsonl" >"$folder/results.md"
