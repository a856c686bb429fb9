-- What becomes of each staged article: loaded (new), updated (a new version) or unchanged, and from when it is known.
-- grain: article_outcome [row read]
-- parameters: floor (the moment up to which this source's past is answered; null for a first pull)
-- idempotence: a row that is already known, recorded when it says or later, is unchanged; the order of blocks does not
-- matter, rows count in order of (claimed_at, file, row_no). A source without times of its own may say two things at once
-- (two feeds with one entry): what it said before is known, however often it says it again. So is what claims to be older
-- than a version that we have; a row that says no more than when the article was first seen claims nothing
create temporary table article_outcome on commit drop as
with staged as materialized (
    select s.block, s.row_no, s.article_id, s.claimed_at, s.url, s.canonical_url, s.title, s.summary, s.body, s.language,
           s.category, s.publisher, s.author, s.published_at, s.first_seen_at, s.content_hash, s.signature, b.file, b.timed,
           md5(row(s.url, s.title, s.summary, s.body, s.language, s.category, s.publisher, s.author, s.published_at)::text) as digest
    from stage_article s join stage_block b using (block)
), known as materialized (
    select v.article_id, v.recorded_at, v.claimed_at, v.first_seen_at, v.duplicate_of, v.duplicate_kind, v.status,
           md5(row(v.url, v.title, v.summary, v.body, v.language, v.category, v.publisher, v.author, v.published_at)::text) as digest
    from article_version v
    where v.article_id in (select article_id from stage_article)
), known_text as (
    select article_id, digest, max(recorded_at) as said_at from known group by article_id, digest
), latest as (
    select distinct on (article_id) *, max(claimed_at) over (partition by article_id) as newest_claim
    from known order by article_id, recorded_at desc
), ordered as (
    select s.*, l.recorded_at as latest_at, l.first_seen_at as known_since, l.duplicate_of, l.duplicate_kind, l.status,
           l.digest as latest_digest,
           coalesce(k.said_at >= s.claimed_at or k.said_at is not null and not s.timed
                    or s.timed and s.claimed_at > s.first_seen_at and s.claimed_at < l.newest_claim, false) as is_known
    from staged s
    left join latest l using (article_id)
    left join known_text k on k.article_id = s.article_id and k.digest = s.digest
), compared as (
    select *,
           row_number() over in_order as nth,
           case when is_known then null
                else digest is distinct from coalesce(lag(digest) over in_order, latest_digest) end as is_new
    from ordered
    window in_order as (partition by article_id, is_known order by claimed_at, file, row_no)
), numbered as (
    select *, count(*) filter (where is_new) over (
               partition by article_id order by claimed_at, file, row_no rows unbounded preceding) as i
    from compared
)
select *,
       case when not coalesce(is_new, false) then 'unchanged'
            when latest_at is null and i = 1 then 'loaded'
            else 'updated' end as outcome,
       -- Never before what was answered, and strictly later than the version before it.
       max(case when is_new then greatest(claimed_at, %(floor)s::timestamptz + interval '1 microsecond',
                                          latest_at + interval '1 microsecond')
                                 - i * interval '1 microsecond' end)
           over (partition by article_id order by claimed_at, file, row_no rows unbounded preceding)
           + i * interval '1 microsecond' as effective_at,
       min(first_seen_at) over (partition by article_id order by claimed_at, file, row_no rows unbounded preceding) as seen_at
from numbered
