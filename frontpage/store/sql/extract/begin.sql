-- Open one pull of one source.
-- grain: extract_run; parameters: source, as_of; idempotence: none, each pull is a row
insert into extract_run (source, as_of) values (%(source)s, %(as_of)s) returning extract_id
