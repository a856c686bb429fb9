"""Run in a pod: which HOST:PORT of the command line can be connected to, as JSON."""

import json
import socket
import sys


def reached(target: str) -> str:
    """`open`, `shut`, or `no name` where the name is not known, which no policy explains."""
    host, port = target.rsplit(":", 1)
    try:
        address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][4]
    except OSError:
        return "no name"
    try:
        socket.create_connection(address[:2], timeout=3).close()
    except OSError:
        return "shut"
    return "open"


if __name__ == "__main__":
    sys.stdout.write(json.dumps({target: reached(target) for target in sys.argv[1:]}))
