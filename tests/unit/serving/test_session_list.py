"""A list for a stranger: what is read together first, then popular and new in turn."""

from serving.articles.session_list import N_OTHERS, session_list

EVERYTHING = frozenset("abcdefghijklmnopqrstuvwxyz")


def names(opened, neighbours, popular=(), newest=(), wanted=EVERYTHING, limit=10):
    """The ids of the list."""
    return [one.article_id for one in session_list(opened, neighbours, popular, newest, wanted.__contains__, limit)]


def test_what_was_opened_last_says_most():
    """A neighbour of the article before counts seven tenths."""
    found = session_list(["a", "b"], {"a": [("x", 5)], "b": [("y", 2)]}, [], [], EVERYTHING.__contains__, 10)
    assert [(one.article_id, one.because, one.score) for one in found] == [
        ("y", "read_together", 1.0), ("x", "read_together", 0.7),
    ]  # fmt: skip


def test_counts_are_shares_of_the_nearest():
    """A much read article does not drown the neighbours of a little read one."""
    assert names(["a", "b"], {"a": [("x", 1000), ("y", 10)], "b": [("z", 1)]}) == ["z", "x", "y"]


def test_what_was_opened_or_is_not_wanted_is_left_out():
    """Of every source."""
    wanted = EVERYTHING - {"x"}
    assert names(["a"], {"a": [("a", 9), ("x", 5), ("y", 1)]}, [["a", "x", "p"]], ["x", "n"], wanted) == ["y", "p", "n"]


def test_the_last_places_stay_for_others():
    """However much is read together, popular and new articles have the last places."""
    neighbours = {"a": [(name, 9) for name in "bcdefghij"]}
    found = names(["a"], neighbours, [["p"]], ["n"], limit=5)
    assert found == ["b", "c", "d", "p", "n"]
    assert len(found) - 3 == N_OTHERS
    assert names(["a"], neighbours, limit=5) == ["b", "c", "d", "e", "f"]


def test_without_anything_opened_popular_take_turns():
    """Of the region and of each interest, and new ones between."""
    assert names([], {}, [["p", "q"], ["r", "s"]], ["n", "m"]) == ["p", "r", "n", "q", "s", "m"]


def test_nothing_known_is_an_empty_list():
    """No failure."""
    assert names(["a"], {}) == []
