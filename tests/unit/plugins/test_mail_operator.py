"""A mail server as an Airflow connection."""

import pytest
from airflow.sdk import Connection

from frontpage.digest.send import parse_smtp_url
from plugins.mail_operator import mail_variables


@pytest.mark.parametrize(
    ("connection", "variables"),
    [
        (
            Connection(conn_id="m", host="mx.example", port=465, login="u@x", password="p/:"),
            {"FRONTPAGE_SMTP_URL": "smtps://u%40x:p%2F%3A@mx.example:465"},
        ),
        (
            Connection(conn_id="m", host="mx.example", extra='{"disable_ssl": true, "from_email": "N <n@x.example>"}'),
            {"FRONTPAGE_SMTP_URL": "smtp://mx.example", "FRONTPAGE_MAIL_FROM": "N <n@x.example>"},
        ),
    ],
)
def test_a_connection_becomes_settings_of_the_verb(connection, variables):
    """TLS from the first byte unless it is disabled, as in Airflow's own hook; the sender only where it is named."""
    assert mail_variables(connection) == variables
    assert parse_smtp_url(variables["FRONTPAGE_SMTP_URL"]).password == (connection.password or "")
