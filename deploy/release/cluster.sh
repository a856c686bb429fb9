# Sourced: `kubectl` of the cluster that KUBECONFIG_TEXT describes, where that is given; the file is gone at the end.
if [ -n "${KUBECONFIG_TEXT:-}" ]; then
  KUBECONFIG=$(mktemp) # only its owner reads it
  export KUBECONFIG
  trap 'rm -f "$KUBECONFIG"' EXIT
  printf '%s\n' "$KUBECONFIG_TEXT" >"$KUBECONFIG"
  unset KUBECONFIG_TEXT
fi
: "${VERSION:?the release, such as v1.2.0}"
if [[ ! "$VERSION" =~ ^v[0-9][0-9A-Za-z.+-]*$ ]]; then
  echo "'$VERSION' is no release; give its tag, such as v1.2.0" >&2
  exit 3
fi
