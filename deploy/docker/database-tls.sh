#!/bin/sh
# PostgreSQL over TLS in its container: takes the mounted certificate and key for its own user, and becomes the server.
# After they were replaced: docker compose exec db sh /opt/database-tls.sh reload
set -eu
install -o postgres -g postgres -m 600 /run/tls/db/tls.crt /run/tls/db/tls.key /var/lib/postgresql/
[ "${1:-}" != reload ] || exec kill -HUP 1
exec docker-entrypoint.sh postgres -c ssl=on -c ssl_cert_file=/var/lib/postgresql/tls.crt \
  -c ssl_key_file=/var/lib/postgresql/tls.key "$@"
