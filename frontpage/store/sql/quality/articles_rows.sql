-- Articles recorded within the window, each as its latest version known at as_of, with what its neighbours say of it.
-- grain: article
-- parameters (session settings): frontpage.as_of, frontpage.window_days, frontpage.max_rows; read-only
select version.article_id, version.url, version.canonical_url, version.title, version.language, version.category,
       version.publisher, version.published_at, version.first_seen_at, version.recorded_at, version.content_hash,
       version.duplicate_of, version.duplicate_kind, version.status,
       version.summary is not null or version.body is not null as has_text,
       version.duplicate_of is null or exists (
           select from article_version original
           where original.article_id = version.duplicate_of
       ) as original_is_known,
       -- A site's front page identifies no article, so extract takes those that share it for no copies.
       case when version.status = 'live' and version.duplicate_of is null and version.canonical_url !~ '^https://[^/?]*/?$'
            then version.canonical_url end as listable_address,
       version.duplicate_of is distinct from version.article_id as is_not_its_own_duplicate
from (
    select * from (
        select distinct on (article_id) *
        from article_version
        where recorded_at <= current_setting('frontpage.as_of')::timestamptz
          and recorded_at > current_setting('frontpage.as_of')::timestamptz
                            - current_setting('frontpage.window_days')::float8 * interval '1 day'
        order by article_id, recorded_at desc
    ) latest
    order by recorded_at desc
    limit current_setting('frontpage.max_rows')::bigint
) version
