"""Who follows a link of a mail: a person, or a machine that looks for harm or saves time. Pure."""

import re
from collections.abc import Mapping

#: Link scanners of mail providers, previews of messengers, libraries, search engines; no browser calls itself so.
_ROBOT = re.compile(
    r"(?i)bot\b|bot/|crawl|spider|slurp|scan|preview|fetch|proofpoint|mimecast|barracuda|ironport|safelinks|ms-office|"
    r"microsoft office|office existence|urldefense|fireeye|trend ?micro|sophos|symantec|zscaler|googleimageproxy|"
    r"yahoomailproxy|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuripreview|"
    r"curl/|wget/|python|java/|okhttp|go-http|libwww|httpclient|headless|phantom|puppeteer|playwright"
)
_PHONE = re.compile(r"(?i)mobile|iphone|android")
_TABLET = re.compile(r"(?i)ipad|tablet")
#: What browsers send with a page that nobody has asked for yet (Sec-Purpose; Purpose and X-* before it).
_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def verdict(method: str, headers: Mapping[str, str]) -> str:
    """`head`, `prefetch` or `robot`, or `human` where nothing of the request speaks against it.

    headers: names in lower case or a mapping that does not mind.
    """
    if method == "HEAD":
        return "head"
    if any("prefetch" in headers.get(name, "").lower() or headers.get(name) == "preview" for name in _PREFETCH_HEADERS):
        return "prefetch"
    agent = headers.get("user-agent", "")
    return "robot" if not agent or _ROBOT.search(agent) else "human"


def device(headers: Mapping[str, str]) -> str:
    """`mobile`, `tablet` or `desktop`, which is all that is kept of a browser's name."""
    agent = headers.get("user-agent", "")
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _PHONE.search(agent) else "desktop"
