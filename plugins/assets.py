"""What the workflows produce, for the lineage view. Outlets only: an asset has no time, so it never starts a run."""

from airflow.sdk import Asset

CANONICAL = Asset("canonical_tables", uri="x-frontpage://database/canonical", group="frontpage")
FEATURES = Asset("feature_tables", uri="x-frontpage://database/features", group="frontpage")
SNAPSHOT = Asset("data_snapshot", uri="x-frontpage://home/snapshots", group="frontpage")
CANDIDATE = Asset("candidate_model", uri="x-frontpage://registry/candidate", group="frontpage")
CHAMPION = Asset("champion_model", uri="x-frontpage://registry/champion", group="frontpage")
CANDIDATE_LISTS = Asset("candidate_lists", uri="x-frontpage://database/candidate-lists", group="frontpage")
FRONT_PAGE = Asset("published_lists", uri="x-frontpage://database/published-lists", group="frontpage")
DIGEST = Asset("digest_edition", uri="x-frontpage://mail/digest", group="frontpage")
