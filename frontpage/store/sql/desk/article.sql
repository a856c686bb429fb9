-- One article as known now.
-- grain: article; parameters: article_id; read-only
select version.*, first.recorded_at as known_at,
       (select state from flag where flag.article_id = version.article_id) as flag_state,
       (select count(*) from misleading_report report where report.article_id = version.article_id) as n_reports
from (
    select * from article_version where article_id = %(article_id)s order by recorded_at desc limit 1
) version
cross join lateral (
    select min(recorded_at) as recorded_at from article_version where article_id = %(article_id)s
) first
