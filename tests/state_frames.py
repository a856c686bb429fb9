"""States as frames, which are easier to look into than the Arrow tables that are stored."""

import pandas as pd
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.features.feature_store.codec import tables_of
from frontpage.features.feature_store.views import VIEWS, View, names_of, restored, schema, with_fingerprints
from frontpage.features.states import States


def rows_of(states: States) -> dict[str, pd.DataFrame]:
    """View name -> the rows of `states` as they are stored, with their fingerprints."""
    return {view.name: frame_of(view, tables_of(states)[view.name]) for view in VIEWS}


def frame_of(view: View, rows: pa.Table) -> pd.DataFrame:
    """Stored rows as a frame with one type for each column."""
    frame = restored(view, rows.to_pandas(integer_object_nulls=True))
    return frame.assign(**{c.FINGERPRINT: rows[c.FINGERPRINT].to_numpy()})


def table_of(view: View, rows: pd.DataFrame) -> pa.Table:
    """A frame as the rows that are stored; fingerprints are made anew."""
    types = schema(view)
    columns = {name: pa.array(rows[name].tolist(), types.field(name).type, from_pandas=True) for name in names_of(view)}
    return with_fingerprints(view, pa.table(columns))


def printed(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """A frame with fingerprints made anew."""
    return frame_of(view, table_of(view, rows))
