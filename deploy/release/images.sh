#!/usr/bin/env bash
# Builds and pushes each image, and notes it by digest: what is deployed is named by that, never by a tag.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${REGISTRY:?where to push, such as ghcr.io/OWNER/NAME}" "${VERSION:?the release, such as v1.2.0}"
registry="${REGISTRY,,}"  # registries know small letters only
mkdir -p build/release
: >build/release/images.txt
if [ -n "${REGISTRY_PASSWORD:-}" ]; then
  docker login "${registry%%/*}" --username "$REGISTRY_USER" --password-stdin <<<"$REGISTRY_PASSWORD"
fi
for name in pipeline serving gateway; do
  image="$registry/frontpage-$name"
  docker build --build-arg "CODE_COMMIT=$(git rev-parse HEAD)" --file "deploy/docker/$name.Dockerfile" --tag "$image:$VERSION" .
  docker push "$image:$VERSION"
  docker inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image:$VERSION" | grep "^$image@" >>build/release/images.txt
done
cat build/release/images.txt
