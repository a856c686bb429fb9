"""Tracking fields: what they are, and what is none."""

from pathlib import Path

import pytest
import yaml

from etl.rows import tracking
from etl.rows.texts import canonical_url
from etl.rows.tracking import TrackingFields
from frontpage.core.errors import BadInputError
from frontpage.core.params import load_params

STORY = "https://paper.example/news/7"


@pytest.mark.parametrize(
    "query",
    [
        "at_medium=RSS&at_campaign=KARANGA", "AT_custom1=x", "wt_mc=rss.ho.beitrag.atom", "wt_zmc=fix.int",
        "wtmc=socialmedia",
        "WT.mc_id=Outbrain", "xtor=RSS-3208", "ns_mchannel=rss&ns_source=PublicRSS20-sa", "CMP=Share_iOSApp_Other",
        "cmpid=rss", "INTCMP=x", "ito=1490", "ICID=oft_feed", "ocid=socialflow", "dgcid=rss_sd_all", "smid=tw-share",
        "partner=rss&emc=rss", "fsrc=rss%2F1", "maca=en-rss-en-all-1573-rdf", "sara_ref=re-xx-cp-sh", "lmd_medium=al",
        "guccounter=1&guce_referrer=aHR0", "mbid=social_twitter", "ftag=CAD590a51e", "wprss=rss_homepage", "ftcamp=rss",
        "fbclid=Iw", "gclid=x&gad_source=1", "msclkid=x", "ttclid=x", "twclid=x", "igsh=x", "yclid=x",
        "mc_cid=a&mc_eid=b",
        "_hsenc=p&_hsmi=2", "mkt_tok=x", "mtm_campaign=a", "pk_kwd=a", "itm_source=parsely-api", "utm_id=3", "_ga=2.1",
        "ref=rss", "ref=hackernoon.com", "source=rss----7f60cf5620c9---4", "from=email", "via=rss",
        "cid=social_twitter_abcn",
        "origin=rss", "mod=rss_markets_main", "output=amp", "outputType=amp", "a%6Dp=1", "amp;utm_source=x",
    ],
)  # fmt: skip
def test_fields_of_publishers_and_analytics_tools_do_not_name_a_page(query: str):
    """The address is the same with and without them, alone and beside what names the page."""
    assert canonical_url(f"{STORY}?{query}") == STORY
    assert canonical_url(f"{STORY}?{query}&id=3") == f"{STORY}?id=3"


@pytest.mark.parametrize(
    "query",
    [
        "id=3", "p=7", "story=rss", "article=42", "page=2", "q=feed", "s=facebook", "tid=5", "newsid=9", "v=1",
        "lang=en",
        "ref=4711", "source=reuters", "cid=20817", "from=2026-11-01", "via=lisbon", "amplitude=3", "item=utm_source",
    ],
)  # fmt: skip
def test_fields_that_name_a_page_stay(query: str):
    """A field that is not known, or has another value than tracking has, may be what tells two pages apart."""
    assert canonical_url(f"{STORY}?{query}") == f"{STORY}?{query}"


def test_a_field_with_two_meanings_stays_where_the_path_names_no_page():
    """`/?source=rss` may be a page of its own."""
    assert canonical_url("https://paper.example/?source=rss") == "https://paper.example/?source=rss"
    assert canonical_url("https://paper.example/?p=7&utm_source=rss") == "https://paper.example/?p=7"


def test_an_installation_has_fields_of_its_own(tmp_path: Path):
    """Added ones go, also by their beginning; those that name pages on its sites stay, whatever the list says."""
    (tmp_path / "params.yaml").write_text("extract: {tracking_fields: [Our_*, campagne], page_fields: [cmp]}")
    given = load_params(tmp_path / "params.yaml").extract
    own = TrackingFields(given.tracking_fields, given.page_fields)
    assert canonical_url(f"{STORY}?our_mail=3&CAMPAGNE=1&our=2&cmp=4&utm_id=5", own) == f"{STORY}?cmp=4&our=2"
    (tmp_path / "params.yaml").write_text("extract: {tracking_fields: our}")
    with pytest.raises(BadInputError, match="tracking_fields"):
        load_params(tmp_path / "params.yaml")


def test_the_kept_list_is_in_lower_case_and_says_each_name_once():
    """Names are compared in lower case; one name stands in one place."""
    kept = yaml.safe_load(tracking._FIELDS.read_text())
    names = [*kept["always"], *kept["ambiguous"]]
    assert names == [name.lower() for name in names]
    assert len(names) == len(set(names))
