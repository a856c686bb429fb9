"""What is different from the last edition."""

from frontpage.digest.preview import N_CHANGES, PreviewChange, changes
from frontpage.store.delivery.digests import Content, DigestItem, LastContent


def content(*names: str) -> Content:
    """A mail of these articles."""
    return Content(tuple(DigestItem(name, f"Title of {name}", "https://news.example/") for name in names))


def test_articles_are_new_gone_or_stay():
    """By the share of mails that hold them, the largest first."""
    last = [LastContent("e", "b", "Title of b", 0.5), LastContent("e", "c", "Title of c", 0.25)]
    found = changes([content("a", "b"), content("a")], last)
    assert found == [
        PreviewChange("Title of a", 1.0, 0.0),
        PreviewChange("Title of b", 0.5, 0.5),
        PreviewChange("Title of c", 0.0, 0.25),
    ]
    assert [change.kind for change in found] == ["new", "stays", "gone"]


def test_nothing_to_compare():
    """No mail, no last edition; and a page has an end."""
    assert changes([], []) == []
    assert len(changes([content(*map(str, range(40)))], [])) == N_CHANGES
