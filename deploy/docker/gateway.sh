#!/bin/sh
# Makes Envoy's configuration from the table and the mounted keys, for this user only, and becomes Envoy.
set -eu
python -m frontpage.gateway envoy --keys "${GATEWAY_KEYS:-/run/secrets/gateway/keys}" --access-log - --out /tmp/envoy.json "$@"
envoy=$(python -c "import envoy, pathlib; print(pathlib.Path(envoy.__file__).parent / '_bin' / 'envoy')")
exec "$envoy" -c /tmp/envoy.json --concurrency "${GATEWAY_THREADS:-2}" --disable-hot-restart --log-level warning
