"""A list for a stranger: of what was opened just now, of what is popular, and of what is new. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal

Because = Literal["read_together", "popular", "new"]
#: What an article opened one step earlier still says.
_FADES = 0.7
#: Places that stay for what is popular or new, however much is read together.
N_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Proposed:
    """An article with what speaks for it. score: of `read_together` between 0 and the number opened; else 0."""

    article_id: str
    because: Because
    score: float = 0.0


def session_list(
    opened: Sequence[str],
    neighbours: Mapping[str, Sequence[tuple[str, int]]],
    popular: Sequence[Sequence[str]],
    newest: Sequence[str],
    is_wanted: Callable[[str], bool],
    limit: int,
) -> list[Proposed]:
    """At most `limit` articles, each once, none that was opened or is not wanted; ties by id.

    opened: ids, the last one opened last. neighbours: of an opened article, what its readers read too and how many of
    them; each counts as a share of the nearest one, and fades with every step back. popular: lists in the order in
    which they take turns. The last places are left to popular and new articles as long as there are any.
    """
    left_out = set(opened)

    def offered(names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in left_out and is_wanted(name)]

    near = {one.article_id: one for one in _together(opened, neighbours)}
    together = [near[name] for name in offered(near)]
    ranked, fresh = [offered(names) for names in popular], offered(newest)
    turns = chain.from_iterable(zip_longest(*ranked, fresh[: limit // 2]))
    is_popular = set(chain.from_iterable(ranked))
    others = [
        Proposed(name, "popular" if name in is_popular else "new")
        for name in chain((name for name in turns if name), fresh)
    ]
    n_together = limit - N_OTHERS if others else limit
    return _each_once((*together[:n_together], *others, *together[n_together:]), limit)


def _together(opened: Sequence[str], neighbours: Mapping[str, Sequence[tuple[str, int]]]) -> list[Proposed]:
    scores: dict[str, float] = defaultdict(float)
    for steps_back, name in enumerate(reversed(opened)):
        found = neighbours.get(name, ())
        most = max((n for _, n in found), default=0)
        for other, n in found:
            if n:
                scores[other] += _FADES**steps_back * n / most
    best_first = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Proposed(name, "read_together", score) for name, score in best_first]


def _each_once(proposed: Iterable[Proposed], limit: int) -> list[Proposed]:
    chosen: dict[str, Proposed] = {}
    for one in proposed:
        if len(chosen) == limit:
            break
        chosen.setdefault(one.article_id, one)
    return list(chosen.values())
