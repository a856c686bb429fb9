"""`frontpage serve`: the published lists over REST."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from serving.http.server import serve


def run(settings: Settings, _params: Params, host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> Summary:
    """Answer until stopped.

    Raises BadInputError on a host that others can reach, or outside development, where no key is known.
    """
    serve(settings, host, port, workers)
    scheme = "https" if settings.tls_certificate_file else "http"
    return Summary("serve", artifact=f"{scheme}://{host}:{port}", details={"workers": workers})
