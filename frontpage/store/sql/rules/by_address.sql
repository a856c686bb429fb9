-- Articles at some addresses, as given or as we write them.
-- grain: article, address; parameters: urls, canonical_urls (arrays of one length); read-only
select distinct asked.url, article.article_id
from unnest(%(urls)s::text[], %(canonical_urls)s::text[]) asked (url, canonical_url)
join article_version article on article.canonical_url = asked.canonical_url or article.url = asked.url
order by asked.url, article.article_id
