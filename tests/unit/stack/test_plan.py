"""Which runs a first edition needs."""

from datetime import UTC, datetime

from stack.plan import PlannedRun, backfill, first_edition, live_edition


def test_a_new_newsroom_gets_a_model_lists_and_mails_of_the_last_full_hour():
    """In this order: lists need the model, mails need the lists."""
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert first_edition(datetime(2026, 3, 1, 10, 59, 59, tzinfo=UTC)) == [
        PlannedRun("retrain_nightly", hour),
        PlannedRun("refresh_hourly", hour),
        PlannedRun("digest_hourly", hour),
    ]


def test_live_sources_are_pulled_up_to_now():
    """What a source has learned since the last full hour counts, too."""
    minute = datetime(2026, 3, 1, 10, 59, tzinfo=UTC)
    assert {run.as_of for run in live_edition(minute.replace(second=59))} == {minute}
    assert [run.dag_id for run in live_edition(minute)] == ["retrain_nightly", "refresh_hourly", "digest_hourly"]


def test_historic_data_are_back_filled_for_three_days_oldest_first():
    """Each day a new model, then its lists; mails once, at the end; the last moment is not before the last read."""
    runs = backfill(datetime(2017, 2, 28, 19, 40, 5, tzinfo=UTC))
    assert [(run.dag_id, run.as_of.day, run.as_of.hour, run.as_of.minute) for run in runs] == [
        ("retrain_nightly", 26, 19, 41),
        ("refresh_hourly", 26, 19, 41),
        ("retrain_nightly", 27, 19, 41),
        ("refresh_hourly", 27, 19, 41),
        ("retrain_nightly", 28, 19, 41),
        ("refresh_hourly", 28, 19, 41),
        ("digest_hourly", 28, 19, 41),
    ]
