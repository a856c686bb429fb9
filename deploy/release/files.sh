#!/usr/bin/env bash
# What a release holds beside its images: the sources, the bills of materials, and hashes of all of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${VERSION:?the release, such as v1.2.0}"
mkdir -p build/release
git archive --format tar.gz --prefix "frontpage-$VERSION/" --output "build/release/frontpage-$VERSION.tar.gz" HEAD
cp build/*.cdx.json build/release/
cd build/release
rm -f SHA256SUMS
sha256sum -- * >SHA256SUMS.part
mv SHA256SUMS.part SHA256SUMS
