"""People and machines that follow links of mails."""

import pytest

from serving.mail.bots import device, verdict

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize("agent", [SAFARI, FIREFOX, IPAD, "Mozilla/5.0 (Windows NT 10.0) Edg/140.0"])
def test_browsers_are_people(agent):
    """As far as one request can tell."""
    assert verdict("GET", {"user-agent": agent}) == "human"


@pytest.mark.parametrize(
    "agent",
    [
        *("", "curl/8.5", "python-requests/2.32", "Googlebot/2.1", "BarracudaCentral/1.0", "Go-http-client/2.0"),
        *("Mozilla/5.0 (compatible; bingbot/2.0)", "SkypeUriPreview Preview/0.5", "Slackbot-LinkExpanding 1.0"),
        *("Mozilla/5.0 (Windows NT 10.0) HeadlessChrome/120.0", "Microsoft Office Existence Discovery"),
    ],
)
def test_scanners_say_who_they_are(agent):
    """No browser of a person calls itself so, and none says nothing."""
    assert verdict("GET", {"user-agent": agent}) == "robot"


@pytest.mark.parametrize(
    "headers",
    [{"sec-purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"},
     {"x-purpose": "preview"}, {"purpose": "preview"}],
)  # fmt: skip
def test_a_page_that_nobody_has_asked_for_yet(headers):
    """Browsers say so when they load ahead of a click."""
    assert verdict("GET", {"user-agent": FIREFOX, **headers}) == "prefetch"


def test_a_look_at_the_headers_is_no_read():
    """HEAD, whoever sends it."""
    assert verdict("HEAD", {"user-agent": FIREFOX}) == "head"


@pytest.mark.parametrize(("agent", "kind"), [(SAFARI, "mobile"), (FIREFOX, "desktop"), (IPAD, "tablet")])
def test_the_device(agent, kind):
    """The three kinds that reads know."""
    assert device({"user-agent": agent}) == kind
