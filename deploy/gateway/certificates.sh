#!/bin/sh
# Certificates for development: certificates.sh FOLDER [NAME]. Elsewhere mount your own three files there:
# tls.crt, tls.key and the tls.yaml below. Running it again replaces them; the gateway takes the new ones by itself.
set -eu
folder=$1
name=${2:-localhost}
umask 077
mkdir -p "$folder"
new=$(mktemp -d "$folder/.new.XXXXXX")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$name" \
  -addext "subjectAltName=DNS:$name,IP:127.0.0.1" -keyout "$new/tls.key" -out "$new/tls.crt" 2>/dev/null
cat >"$new/tls.yaml" <<T
resources:
  - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
    name: gateway
    tls_certificate:
      certificate_chain: {inline_string: "$(sed 's/$/\\n/' "$new/tls.crt" | tr -d '\n')"}
      private_key: {inline_string: "$(sed 's/$/\\n/' "$new/tls.key" | tr -d '\n')"}
T
# One file is moved into place last, whole: what it names is what is used.
mv "$new/tls.key" "$new/tls.crt" "$folder"
mv "$new/tls.yaml" "$folder"
rmdir "$new"
