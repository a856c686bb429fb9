"""Mail server addresses."""

import pytest

from frontpage.core.errors import BadInputError
from frontpage.digest.send import SmtpAddress, parse_smtp_url


def test_a_url_is_taken_apart():
    """User and password may be percent-encoded; ports default to 25 and 465."""
    assert parse_smtp_url("smtp://127.0.0.1:1025") == SmtpAddress("smtp", "127.0.0.1", 1025, "", "")
    assert parse_smtp_url("smtp://mx.example") == SmtpAddress("smtp", "mx.example", 25, "", "")
    assert parse_smtp_url("smtps://u%40x:p%2F@mx.example") == SmtpAddress("smtps", "mx.example", 465, "u@x", "p/")


@pytest.mark.parametrize("url", ["", "mx.example:25", "http://mx.example", "smtp://", "smtp://mx.example:99999"])
def test_what_is_no_mail_server_is_named(url):
    """The sentence names the setting."""
    with pytest.raises(BadInputError, match="FRONTPAGE_SMTP_URL"):
        parse_smtp_url(url)
