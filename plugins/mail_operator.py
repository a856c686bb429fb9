"""A verb that sends mail: the mail server is an Airflow connection where there is one, else a setting of the verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from plugins.step_operator import StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Connection


class MailOperator(StepOperator):
    """A StepOperator whose verb gets FRONTPAGE_SMTP_URL from the SMTP connection `smtp_connection`, if that exists.

    The connection is read as Airflow's own SMTP hook reads it: TLS from the first byte unless `disable_ssl` is among
    its extras; `from_email` there is the sender.
    """

    def __init__(self, *, smtp_connection: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.smtp_connection = smtp_connection

    def environment(self) -> dict[str, str]:
        """The mail server and the sender, in variables of the verb's process only."""
        try:
            connection = BaseHook.get_connection(self.smtp_connection)
        except AirflowNotFoundException:
            return {}
        return mail_variables(connection)


def mail_variables(connection: Connection) -> dict[str, str]:
    """FRONTPAGE_SMTP_URL, and FRONTPAGE_MAIL_FROM where the connection names a sender."""
    extra = connection.extra_dejson
    scheme = "smtp" if extra.get("disable_ssl") else "smtps"
    user, password = (quote(part or "", safe="") for part in (connection.login, connection.password))
    login = f"{user}:{password}@" if user else ""
    port = f":{connection.port}" if connection.port else ""
    variables = {"FRONTPAGE_SMTP_URL": f"{scheme}://{login}{connection.host}{port}"}
    return variables | ({"FRONTPAGE_MAIL_FROM": extra["from_email"]} if extra.get("from_email") else {})
