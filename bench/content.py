"""What an extract leaves behind, as one hash: equal where the same rows came in, however and in how many pulls."""

from frontpage.store.connect import connect, fetch_one

#: Without when and by which pull a row was written.
_CONTENT = """
select md5(string_agg(line, '' order by line collate "C")) as hash from (
    select md5(row(article_id, recorded_at, url, title, body, language, duplicate_of, content_hash)::text) as line
    from article_version
    union all
    select md5(row(event_id, reader_key, article_id, occurred_at, recorded_at, dwell_seconds, suspicion)::text)
    from read_event
    union all
    select md5(row(reader_key, reader_id, recorded_at)::text) from reader
) rows"""


def content_hash(url: str) -> str | None:
    """Hash of articles, reads and readers of a database; None where it holds none."""
    with connect(url) as connection:
        row = fetch_one(connection, _CONTENT)
        return None if row is None or row["hash"] is None else str(row["hash"])
