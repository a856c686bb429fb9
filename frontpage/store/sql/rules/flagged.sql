-- Articles that are held, or were found misleading, now; or that were when somebody looked.
-- grain: article; parameters: at (nullable: now); read-only
-- Only the last change of a flag is kept, so an earlier moment is answered as far as that reaches back.
select article_id from flag
where state in ('held', 'upheld') and (until is null or until > coalesce(%(at)s::timestamptz, clock_timestamp()))
  and changed_at <= coalesce(%(at)s::timestamptz, clock_timestamp())
order by article_id
