"""TLS of the gateway: who it is to its callers, and whom it takes for the API. Files are read again when replaced."""

import ipaddress
from typing import Any, Final

_TYPE: Final = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"
#: Names of the secrets in the SDS files.
_OWN, _TRUSTED = "gateway", "authority"
_VERSIONS: Final = {"tls_minimum_protocol_version": "TLSv1_2"}


def of_gateway(folder: str) -> dict[str, Any]:
    """The gateway's own certificate, from `folder`/tls.yaml, for those who call it."""
    common = {
        "tls_params": _VERSIONS,
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [_watched(folder, "tls.yaml", _OWN)],
    }
    return _socket("DownstreamTlsContext", {"common_tls_context": common})


def to_api(folder: str, host: str) -> dict[str, Any]:
    """An API at `host` whose certificate names it and is from whom `folder`/ca.yaml trusts; no other is spoken to."""
    named = {"san_type": "IP_ADDRESS" if _is_address(host) else "DNS", "matcher": {"exact": host}}
    validation = {
        "default_validation_context": {"match_typed_subject_alt_names": [named]},
        "validation_context_sds_secret_config": _watched(folder, "ca.yaml", _TRUSTED),
    }
    context: dict[str, Any] = {
        "common_tls_context": {
            "tls_params": _VERSIONS,
            "alpn_protocols": ["http/1.1"],
            "combined_validation_context": validation,
        }
    }
    return _socket("UpstreamTlsContext", context if _is_address(host) else {**context, "sni": host})


def _watched(folder: str, file: str, name: str) -> dict[str, Any]:
    """A secret that is taken anew when a file is moved into the folder."""
    source = {"path": f"{folder}/{file}", "watched_directory": {"path": folder}}
    return {"name": name, "sds_config": {"path_config_source": source, "resource_api_version": "V3"}}


def _socket(kind: str, context: dict[str, Any]) -> dict[str, Any]:
    return {"name": "envoy.transport_sockets.tls", "typed_config": {"@type": f"{_TYPE}.{kind}", **context}}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
