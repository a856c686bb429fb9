"""Who is who: keys of the API, pseudonyms, ids that are nobody's, links that only we can make."""
