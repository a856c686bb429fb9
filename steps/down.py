"""`frontpage down`: stop everything that `frontpage up` started; the data stays."""

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from stack.down import down
from stack.layout import Layout


def run(settings: Settings, _params: Params) -> Summary:
    """Stop what runs below the home folder, this command's own server included."""
    stopped = down(Layout(settings.home.absolute()))
    return Summary("down", rows_out=len(stopped), artifact=",".join(stopped).replace(" ", "-") or "nothing-was-running")
