-- Every row of a run that is being built, as checksum lines.
-- grain: reader, rank, then fallback scope, value, rank; order is part of the contract
-- parameters: {table} the run's own partition table, {run_id}; read-only
copy (
    select line from (
        select 0 as part, r.reader_id collate "C" as owner, p.rank,
               r.reader_id || '|' || p.rank || '|' || p.article_id || '|' || p.score || '|' || p.reasons::text as line
        from {table} p join reader r using (reader_key)
        union all
        select 1, f.scope || '|' || f.scope_value, f.rank,
               f.scope || '|' || f.scope_value || '|' || f.rank || '|' || f.article_id || '|' || f.score
               || '|' || f.reasons::text
        from fallback_list f where f.run_id = {run_id}
    ) lines
    order by part, owner collate "C", rank
) to stdout
