"""What the workflows produce, for the lineage view, and three assets whose events start runs.

An asset has no time: an event that starts a run carries `as_of` and `reason` in its extra. A run without is refused.
"""

from airflow.sdk import Asset, AssetWatcher

from plugins.arrivals_trigger import ArrivalsTrigger

CANONICAL = Asset("canonical_tables", uri="x-frontpage://database/canonical", group="frontpage")
FEATURES = Asset("feature_tables", uri="x-frontpage://database/features", group="frontpage")
SNAPSHOT = Asset("data_snapshot", uri="x-frontpage://home/snapshots", group="frontpage")
CANDIDATE = Asset("candidate_model", uri="x-frontpage://registry/candidate", group="frontpage")
CHAMPION = Asset("champion_model", uri="x-frontpage://registry/champion", group="frontpage")
CANDIDATE_LISTS = Asset("candidate_lists", uri="x-frontpage://database/candidate-lists", group="frontpage")
FRONT_PAGE = Asset("published_lists", uri="x-frontpage://database/published-lists", group="frontpage")
DIGEST = Asset("digest_edition", uri="x-frontpage://mail/digest", group="frontpage")

#: Confirmed drift that a training may mend, and trainings that did not help.
DRIFT = Asset("confirmed_drift", uri="x-frontpage://database/drift", group="frontpage")
HELPLESS = Asset("helpless_trainings", uri="x-frontpage://database/helpless-trainings", group="frontpage")
#: Enough that is new, or a breaking story: told by a process of the triggerer.
ARRIVALS = Asset(
    "arrivals", uri="x-frontpage://database/arrivals", group="frontpage",
    watchers=[AssetWatcher(name="arrivals", trigger=ArrivalsTrigger())],  # type: ignore[no-untyped-call]  # Airflow's
)  # fmt: skip
