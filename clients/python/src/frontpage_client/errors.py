"""What can go wrong."""

from frontpage_client.models import Problem


class ApiError(Exception):
    """Any answer that is none."""


class Unavailable(ApiError):  # noqa: N818 - says what the API is
    """It does not answer, or says to try again later."""


class Refused(ApiError):  # noqa: N818 - says what became of the request
    """The request is wrong, or not allowed; sending it again is useless."""

    def __init__(self, status: int, problem: Problem | None) -> None:
        super().__init__(f"{status}: {problem.detail if problem else 'not an answer of this API'}")
        self.status, self.problem = status, problem
