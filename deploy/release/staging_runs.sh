#!/usr/bin/env bash
# Whether the code that is checked out has run well in staging for long enough: asked of the record of executions there.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/release/cluster.sh
kubectl --namespace frontpage exec statefulset/airflow --container scheduler -- frontpage runs list --limit 5000 --json |
  "${PYTHON:-python3}" -m gates.staging "$(git rev-parse HEAD)"
