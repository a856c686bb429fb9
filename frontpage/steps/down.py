"""`frontpage down`: stop everything that `frontpage up` started; the data stays."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.stack.down import down
from frontpage.stack.layout import Layout


def run(settings: Settings, _params: Params) -> Summary:
    """Stop what runs below the home folder, this command's own server included."""
    stopped = down(Layout(settings.home.absolute()))
    return Summary("down", rows_out=len(stopped), artifact=",".join(stopped).replace(" ", "-") or "nothing-was-running")
