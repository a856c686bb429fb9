"""`python -m tests.support.one_airflow_run DAG AS_OF FILE`: a run by Airflow itself, on the database of its variables.

Airflow's loop and its interface for tasks work in this process; the verbs are real. Notes and events go to FILE.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(dag_id: str, as_of: str, file: str) -> None:
    """Make the tables, run the workflow once, and end the run twice more: as it is, and after a person wrote a note."""
    from airflow import settings
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.models.asset import AssetEvent
    from airflow.models.dagrun import DagRun
    from airflow.utils.db import initdb
    from airflow.utils.sqlalchemy import prohibit_commit
    from sqlalchemy import select

    initdb()
    folder = Path(settings.DAGS_FOLDER)
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    bag.dags[dag_id].test(logical_date=None, run_conf={"as_of": as_of})
    told: dict[str, Any] = {}
    with settings.Session() as session:
        run = session.scalars(select(DagRun)).one()
        told["state"], told["note"], told["author"] = run.state, run.note, run.dag_run_note.user_id
        told["events"] = [event.extra for event in session.scalars(select(AssetEvent))]
        for key, words in (("again", ("Red: all.", "frontpage")), ("of_a_person", ("I look into it.", "ana"))):
            run.dag_run_note.content, run.dag_run_note.user_id = words
            session.commit()
            with prohibit_commit(session) as guard:  # as the scheduler does
                run.notify_dagrun_state_changed(msg="success")
                guard.commit()
            session.expire_all()
            told[key] = run.note
    Path(file).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
