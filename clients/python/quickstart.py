"""python quickstart.py URL [KEY]: what is popular, somebody's ten, an article sent, and what became of it."""

import sys

from frontpage_client import Client, Refused


def main(url: str, key: str = "") -> None:
    """Say each on a line."""
    with Client(url, key) as client:
        print("run", client.current_run().run_id)
        print("popular", [item.article_id for item in client.popular()])
        shown = client.recommendations("reader-17")
        print("fallback", shown.fallback)
        for item in shown.items:
            print(item.rank, item.title, [reason.text for reason in item.reasons])
        assert client.recommendations("reader-17") is shown  # it has not changed, so it was not sent again
        row = {"article_id": "a-901", "url": "https://gazette.example/ferries", "title": "Ferries stop"}
        sent = client.put_articles([row])
        print("batch", client.batch(sent[0].batch_id).state)
        try:
            client.put_article("a-901", {"article_id": "another"})
        except Refused as error:
            print("refused", error.status)


if __name__ == "__main__":
    main(*sys.argv[1:])
