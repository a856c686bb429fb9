#!/usr/bin/env bash
# Brings a release into an environment: its tables first, then what uses them; ends when every replica is of the release.
# The images are those that the release lists by digest, in a file that this repository's workflow has signed.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/release/cluster.sh
: "${ENVIRONMENT:?test, staging or production}" "${GITHUB_REPOSITORY:?OWNER/NAME}"
folder="build/deploy/$ENVIRONMENT"
rm -rf "$folder"
mkdir -p "$folder"
gh release download "$VERSION" --repo "$GITHUB_REPOSITORY" --pattern images.txt --dir "$folder"
gh attestation verify "$folder/images.txt" --repo "$GITHUB_REPOSITORY"
"${PYTHON:-python3}" deploy/release/overlay.py "$ENVIRONMENT" "$folder/images.txt"
kubectl kustomize "$folder" >"$folder/all.yaml"

here() { kubectl --namespace frontpage "$@"; }
here delete job migrations --ignore-not-found # what ran once is not changed, but made again
here apply --filename "$folder/all.yaml" --selector 'app.kubernetes.io/name notin (api,gateway,airflow)'
here wait --for=condition=Complete job/migrations --timeout=600s
here apply --filename "$folder/all.yaml"
for workload in deployment/api deployment/gateway statefulset/airflow; do
  here rollout status "$workload" --timeout=900s
done
