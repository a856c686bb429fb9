"""The pages, one module each; every route says by its `Visit` who may come in."""

from frontpage.desk.pages import (
    articles,
    auditing,
    data,
    digest,
    drift,
    experiments,
    quality,
    readers,
    rules,
    runs,
    sources,
    today,
    versions,
)

ROUTERS = tuple(
    page.router
    for page in (
        today, readers, articles, versions, experiments, drift, quality, sources, rules, runs, digest, data, auditing,
    )
)  # fmt: skip
