"""Which runs a first edition needs."""

from datetime import UTC, datetime

from frontpage.stack.plan import PlannedRun, backfill, first_edition, first_training, live_edition, personal_edition


def test_a_new_newsroom_has_something_to_read_before_it_has_a_model():
    """Lists of the last full hour, then a model of that hour; nobody waits for Feast or for what explains the model."""
    hour, now = datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 10, 59, 59, tzinfo=UTC)
    assert first_edition(now) == [PlannedRun("refresh_hourly", hour, "first edition", until="publish")]
    assert first_training(now) == [
        PlannedRun("retrain_nightly", hour, "first training", until="release", asked_by="refresh_hourly")
    ]


def test_personal_lists_are_of_the_hour_in_which_they_are_asked_for():
    """Lists of the hour before would not take the place of lists by the rule of this one; mails are of the same."""
    hour = datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert personal_edition(datetime(2026, 3, 1, 11, 2, tzinfo=UTC)) == [
        PlannedRun("refresh_hourly", hour, "personal edition", until="publish"),
        PlannedRun("digest_hourly", hour, "mails"),
    ]


def test_live_sources_are_pulled_up_to_now():
    """What a source has learned since the last full hour counts, too."""
    minute = datetime(2026, 3, 1, 10, 59, tzinfo=UTC)
    assert {run.as_of for run in live_edition(minute.replace(second=59))} == {minute}
    assert [run.dag_id for run in live_edition(minute)] == [
        "refresh_hourly", "retrain_nightly", "refresh_hourly", "digest_hourly",
    ]  # fmt: skip


def test_historic_data_are_back_filled_for_three_days_oldest_first():
    """Lists by a rule to begin with; then each day a new model and its lists; mails once, at the end.

    The last moment is not before the last read, and the two refreshes of the first day differ by their purpose.
    """
    runs = backfill(datetime(2017, 2, 28, 19, 40, 5, tzinfo=UTC))
    assert [(run.dag_id, run.as_of.day, run.as_of.hour, run.as_of.minute) for run in runs] == [
        ("refresh_hourly", 26, 19, 41),
        ("retrain_nightly", 26, 19, 41),
        ("refresh_hourly", 26, 19, 41),
        ("retrain_nightly", 27, 19, 41),
        ("refresh_hourly", 27, 19, 41),
        ("retrain_nightly", 28, 19, 41),
        ("refresh_hourly", 28, 19, 41),
        ("digest_hourly", 28, 19, 41),
    ]
    assert runs[0].purpose != runs[2].purpose
