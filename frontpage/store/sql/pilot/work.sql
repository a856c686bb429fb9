-- What lists and trainings of a period took.
-- grain: one row
-- parameters: since, until (as_of of runs and trainings), threads; read-only
-- Seconds of runs are from their beginning to when they were built, times the threads that made them: an upper bound.
-- Bytes are those of the runs of the period that are still kept.
select (select coalesce(sum(extract(epoch from built_at - created_at)) * %(threads)s, 0)
        from rec_run where as_of > %(since)s and as_of <= %(until)s and built_at is not null)::float8
       + (select coalesce(sum((resources ->> 'cpu_seconds')::float8), 0)
          from training_run where as_of > %(since)s and as_of <= %(until)s)::float8 as core_seconds,
       (select coalesce(sum(pg_total_relation_size(to_regclass('recommendation_' || run_id))), 0)
        from rec_run where as_of > %(since)s and as_of <= %(until)s)::float8 as n_bytes,
       (select coalesce(max(n_readers), 0) from rec_run
        where variant = 'champion' and as_of > %(since)s and as_of <= %(until)s)::float8 as n_readers
