"""
### The morning mail

Every hour, after the refresh: sends each reader who wants it, and whose morning has come, one mail with the top of
their published list. Mails that a server put off are tried again.

**Reads** the published lists, the contacts and consents, suppressed addresses.
**Writes** an edition per region and send hour, and its deliveries; hands the mails to the SMTP server of the connection
`frontpage_smtp`, or of `FRONTPAGE_SMTP_URL`.

**Triage.** Red means that some or all of this hour's mails have not gone out. Running it again is safe: a reader gets
one mail a day, so only the missing ones are sent. A red run whose log names the SMTP server retries by itself; the next
hour goes on with what is left. To stop a wrong edition at once: `frontpage digest --stop EDITION`, or `--stop all`.

Runbook: docs/runbook.md#digest_hourly
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins import assets
from plugins.defaults import as_of_param, illustrated, owner_links, task_defaults
from plugins.mail_operator import MailOperator
from plugins.schedule import timetable

with DAG(
    dag_id="digest_hourly",
    description="one mail per reader and day, when their morning has come",
    doc_md=illustrated(__doc__, "digest_hourly"),
    schedule=timetable("digest"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args=task_defaults(execution_timeout=timedelta(hours=1), priority_weight=40),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-2", "mail"],
):
    digest = MailOperator(task_id="digest", smtp_connection="frontpage_smtp", outlets=[assets.DIGEST])
