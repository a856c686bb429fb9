#!/bin/sh
# Makes Envoy's configuration from the table and the keys, for this user only, and becomes Envoy.
# Keys: the file GATEWAY_KEYS, or those of FRONTPAGE_API_KEYS, named as the API names them, and the lines of GATEWAY_CLIENTS.
set -euf
keys=${GATEWAY_KEYS:-/run/secrets/gateway/keys}
if [ -n "${FRONTPAGE_API_KEYS:-}" ]; then
  umask 077
  keys=/tmp/keys number=0
  for key in $(printf '%s' "$FRONTPAGE_API_KEYS" | tr , ' '); do
    number=$((number + 1))
    echo "setting-$number admin $key"
  done >"$keys"
  printf '%s\n' "${GATEWAY_CLIENTS:-}" >>"$keys"
fi
python -m frontpage.gateway envoy --keys "$keys" --access-log - --out /tmp/envoy.json "$@"
envoy=$(python -c "import envoy, pathlib; print(pathlib.Path(envoy.__file__).parent / '_bin' / 'envoy')")
exec "$envoy" -c /tmp/envoy.json --concurrency "${GATEWAY_THREADS:-2}" --disable-hot-restart --log-level warning
