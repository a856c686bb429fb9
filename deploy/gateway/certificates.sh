#!/bin/sh
# Certificates for development: certificates.sh FOLDER [NAME ...], by default for `gateway`, `api` and `db`.
# Made are FOLDER/NAME/{tls.crt,tls.key,tls.yaml}, and FOLDER/trust/{ca.crt,ca.yaml}, the authority that all of them are
# from; its key, FOLDER/ca.key, is made once. Running it again replaces the servers' certificates, which gateway and API
# take up by themselves. Elsewhere mount your own files in the same places.
set -eu
folder=$1
shift
[ $# -gt 0 ] || set -- gateway api db
umask 077
mkdir -p "$folder/trust"
chmod 755 "$folder/trust"
new=$(mktemp -d "$folder/.new.XXXXXX")

# A PEM file as one line of YAML.
inline() { printf '"%s"' "$(sed 's/$/\\n/' "$1" | tr -d '\n')"; }

sds() {
  printf 'resources:\n  - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret\n    name: %s\n' "$1"
}

key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
if [ ! -f "$folder/ca.key" ]; then
  cat >"$new/ca.cnf" <<T
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = Frontpage, development
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
T
  openssl req -x509 $key -days 365 -config "$new/ca.cnf" -keyout "$folder/ca.key" -out "$new/ca.crt" 2>/dev/null
  { sds authority; printf '    validation_context: {trusted_ca: {inline_string: %s}}\n' "$(inline "$new/ca.crt")"; } >"$new/ca.yaml"
  chmod 644 "$new/ca.crt" "$new/ca.yaml"
  mv "$new/ca.crt" "$new/ca.yaml" "$folder/trust"
fi
for name in "$@"; do
  mkdir -p "$folder/$name"
  openssl req -new $key -subj "/CN=$name" -keyout "$new/tls.key" -out "$new/csr" 2>/dev/null
  printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n' \
    "$name" >"$new/extensions"
  openssl x509 -req -in "$new/csr" -CA "$folder/trust/ca.crt" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
    -days 30 -extfile "$new/extensions" -out "$new/tls.crt" 2>/dev/null
  { sds gateway
    printf '    tls_certificate:\n      certificate_chain: {inline_string: %s}\n      private_key: {inline_string: %s}\n' \
      "$(inline "$new/tls.crt")" "$(inline "$new/tls.key")"; } >"$new/tls.yaml"
  # Each file is moved into place whole; a key and a certificate that do not fit yet are passed over by who reads them.
  mv "$new/tls.key" "$new/tls.crt" "$new/tls.yaml" "$folder/$name"
done
rm -r "$new"
