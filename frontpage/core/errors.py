"""The error tree: what the user can mend, apart from bugs.

A `FrontpageError` is printed as one sentence and ends the command with its exit code; anything else is a bug and
keeps its traceback (exit code 1).
"""


class FrontpageError(Exception):
    """What the user can mend. The message is one sentence that names the thing and the remedy."""

    exit_code = 1


class BadInputError(FrontpageError):
    """A file, argument or setting is not usable as it is."""

    exit_code = 3


class CheckFailedError(FrontpageError):
    """A data check, the balance of an extract, or a gate said no; nothing was published."""

    exit_code = 4


class UnavailableError(FrontpageError):
    """A server, a feed or a file system did not answer; the same call may work later."""

    exit_code = 5


class NothingPublishedError(FrontpageError):
    """There is no run to act on: nothing was scored, published or trained yet."""

    exit_code = 6


class NothingToDoError(CheckFailedError):
    """Nothing is wrong, there is only nothing to do yet."""

    exit_code = 7


class NothingToLearnError(NothingToDoError):
    """There are not yet the reads that a training needs; a later one will find them."""


#: Shown by `frontpage --help` and in docs/reference/commands.md.
EXIT_CODES = {
    0: "done",
    1: "a bug (with a traceback)",
    2: "the command line itself is wrong",
    3: "bad input: the sentence names it and the remedy",
    4: "a check said no; what was served before is still served",
    5: "a server, feed or file system did not answer; try again",
    6: "there is no such run, model or edition yet",
    7: "there is nothing to do yet, as nothing to learn from; a scheduled run counts it as skipped",
}
