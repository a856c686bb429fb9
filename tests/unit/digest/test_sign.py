"""DKIM signatures, verified as a receiver does."""

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from frontpage.core.settings import Settings
from frontpage.digest.sign import signer_of

MAIL = (
    b"From: Frontpage <digest@frontpage.example>\r\nTo: ann@readers.example\r\nSubject: Ice\r\nMessage-ID: <1@x>\r\n"
    b"List-Unsubscribe: <https://fp.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHello\r\n"
)


@pytest.fixture(scope="module")
def key():
    """An RSA key of the usual size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def signed(key, tmp_path):
    """The mail with a signature by settings that name the key."""
    path = tmp_path / "dkim.pem"
    form = serialization.PrivateFormat.TraditionalOpenSSL
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    settings = Settings(dkim_key_file=str(path), dkim_selector="s1", mail_from="F <digest@frontpage.example>")
    return signer_of(settings).sign(MAIL)


def dns(key):
    """The TXT record that the operator publishes."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return lambda name, timeout=5: record if name == b"s1._domainkey.frontpage.example." else None


def test_a_receiver_can_verify_it(signed, key):
    """The domain is the sender's; both List-Unsubscribe headers are under the signature, as RFC 8058 asks."""
    assert dkim.verify(signed, dnsfunc=dns(key))
    fields = b"".join(signed.split(b"\r\n")[:12]).lower().replace(b" ", b"")
    assert b"list-unsubscribe:list-unsubscribe-post" in fields


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b"Hello", b"Hallo"), (b"/u>", b"/v>"), (b"Subject: Ice", b"Subject: Nice"),
        (b"Subject: Ice", b"Subject: Spam\r\nSubject: Ice"), (b"One-Click", b"Two-Click"),
    ],
)  # fmt: skip
def test_a_change_on_the_way_is_noticed(signed, key, what, instead):
    """In the text, in a header, and a second subject."""
    assert not dkim.verify(signed.replace(what, instead), dnsfunc=dns(key))


def test_without_a_key_mails_go_unsigned():
    """The local sink wants none."""
    assert signer_of(Settings()) is None
