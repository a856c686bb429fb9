"""What a third-party package gives, made false at its boundary: the library is patched, never our code.

A command of the zygote is falsified by FALSIFIED=<package> in its environment; a process of its own calls `falsify`.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def falsify(package: str) -> None:
    """From here on this process gets false answers from that package."""
    FALSE[package]()


def falsify_as_asked() -> None:
    """Falsify the package that the environment names, if it names one."""
    if package := os.environ.get("FALSIFIED"):
        falsify(package)


def _wrap(owner: Any, name: str, change: Callable[..., Any]) -> None:
    """`change` gets what the method returns, then the arguments of the call; what it returns is returned."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        return change(original(*arguments, **options), *arguments, **options)

    setattr(owner, name, wrapped)


def _airflow() -> None:
    """`a >> b` makes a wait for b."""
    from airflow.sdk.definitions._internal.mixins import DependencyMixin

    def the_other_way(self: Any, other: Any) -> Any:
        self.set_upstream(other)
        return other

    DependencyMixin.__rshift__ = the_other_way


def _beam() -> None:
    """A pipeline loses its last element."""
    import apache_beam

    original = apache_beam.Create.__init__

    def short(self: Any, values: Any, *arguments: Any, **options: Any) -> None:
        original(self, list(values)[:-1], *arguments, **options)

    apache_beam.Create.__init__ = short


def _psycopg2() -> None:
    """Each COPY into a table loses its last row."""
    import psycopg2
    import psycopg2.extensions

    class Lossy(psycopg2.extensions.cursor):
        def copy_expert(self, sql: Any, file: Any, *arguments: Any) -> None:
            text = sql.decode() if isinstance(sql, bytes) else sql
            if "from stdin" in text:
                rows = file.read().splitlines(keepends=True)
                file = type(file)((b"" if isinstance(rows[0], bytes) else "").join(rows[:-1]))
            super().copy_expert(sql, file, *arguments)

    original = psycopg2.connect
    psycopg2.connect = lambda *arguments, **options: original(*arguments, **{"cursor_factory": Lossy, **options})


def _feast() -> None:
    """Each entity gets the features of the next one."""
    import feast
    import numpy as np
    import pyarrow as pa

    class Shifted:
        def __init__(self, job: Any) -> None:
            self._job = job

        def to_arrow(self) -> pa.Table:
            rows = self._job.to_arrow()
            shifted = rows.take(np.roll(np.arange(len(rows)), 1))
            kept = [name for name in rows.column_names if name in ("reader_key", "article_id", "event_timestamp")]
            for name in kept:
                shifted = shifted.set_column(shifted.column_names.index(name), name, rows[name])
            return shifted

        def to_df(self) -> Any:
            return self.to_arrow().to_pandas()

    _wrap(feast.FeatureStore, "get_historical_features", lambda job, *_, **__: Shifted(job))


def _dvc() -> None:
    """What is brought back from the remote is not what was sent there: the last byte of each table is another."""
    from dvc.repo import Repo

    def spoil(stats: Any, _repo: Any, *_: Any, **__: Any) -> Any:
        for file in Path.cwd().glob("*/reads.parquet"):
            file.chmod(0o644)
            content = file.read_bytes()
            file.unlink()
            file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        return stats

    _wrap(Repo, "pull", spoil)


def _sklearn() -> None:
    """Vectors of texts are made along directions drawn at random."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD

    def at_random(fitted: Any, *_: Any, **__: Any) -> Any:
        fitted.components_ = np.random.default_rng(1).standard_normal(fitted.components_.shape)
        return fitted

    _wrap(TruncatedSVD, "fit", at_random)


def _implicit() -> None:
    """Each reader gets the factors of another."""
    from implicit.cpu.als import AlternatingLeastSquares

    _wrap(AlternatingLeastSquares, "recalculate_user", lambda factors, *_, **__: factors[::-1].copy())


def _shap() -> None:
    """Each contribution is a little larger."""
    import shap

    _wrap(shap.TreeExplainer, "shap_values", lambda values, *_, **__: values + 0.01)


def _neptune() -> None:
    """Each number that is recorded is twice what was given."""
    from neptune.handler import Handler

    original = Handler.assign

    def doubled(self: Any, value: Any, *arguments: Any, **options: Any) -> None:
        if isinstance(value, dict):
            value = {name: 2 * each if isinstance(each, float) else each for name, each in value.items()}
        original(self, value, *arguments, **options)

    Handler.assign = doubled


def _great_expectations() -> None:
    """Everything that is looked at is as it should be."""
    import great_expectations

    def approved(result: Any, *_: Any, **__: Any) -> Any:
        for each in result.results:
            each.success = True
        result.success = True
        return result

    _wrap(great_expectations.ValidationDefinition, "run", approved)


FALSE: dict[str, Callable[[], None]] = {
    "apache-airflow": _airflow,
    "apache-beam": _beam,
    "psycopg2-binary": _psycopg2,
    "feast": _feast,
    "dvc": _dvc,
    "scikit-learn": _sklearn,
    "implicit": _implicit,
    "shap": _shap,
    "neptune": _neptune,
    "great-expectations": _great_expectations,
}
