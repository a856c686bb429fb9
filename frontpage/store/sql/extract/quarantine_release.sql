-- Mark as released what this extract could use after all: rows whose article came, and lines that were torn (a writer
-- was still at work) and are whole now.
-- grain: quarantine; parameters: source, as_of; idempotence: a released row is left alone
with torn as (
    select quarantine_id, kind, regexp_replace(locator, ':\d+(~\w+)?$', '') as file,
           substring(locator from ':(\d+)(?:~\w+)?$')::bigint as row_no
    from quarantine
    where source = %(source)s and released_at is null and reason in ('bad_json', 'bad_columns', 'bad_encoding')
      and locator ~ ':\d+(~\w+)?$'
), whole as (
    select t.quarantine_id from torn t join stage_block b on b.file = t.file
    join article_outcome s on s.block = b.block and s.row_no = t.row_no where t.kind = 'articles'
    union all
    select t.quarantine_id from torn t join stage_block b on b.file = t.file
    join reader_outcome s on s.block = b.block and s.row_no = t.row_no where t.kind = 'readers'
    union all
    select t.quarantine_id from torn t join stage_block b on b.file = t.file
    join read_outcome s on s.block = b.block and s.row_no = t.row_no where t.kind = 'reads'
    union all
    select t.quarantine_id from torn t join stage_block b on b.file = t.file
    join impression_outcome s on s.block = b.block and s.row_no = t.row_no where t.kind = 'impressions'
    union all
    select quarantine_id from released
)
update quarantine set released_at = %(as_of)s
where quarantine_id in (select quarantine_id from whole)
