"""The body of a request: JSON and nothing else. How large and how slow it may be, the edge and the protocol see to."""

from starlette.requests import ClientDisconnect, Request

from serving.problems import bad_body


async def read_json_body(request: Request) -> bytes:
    """The bytes of a JSON body, not parsed. Raises ProblemError: 415, 413, or 400 where the caller went away."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise bad_body(415, "send the body as Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_body(415, "send the body without Content-Encoding")
    try:
        return await request.body()
    except ClientDisconnect:
        raise bad_body(400, "the body did not come whole") from None
