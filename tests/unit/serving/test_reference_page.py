"""docs/reference/api.md and api-writing.md say what the API does."""

import json
import re
from pathlib import Path

from frontpage.core.settings import Settings
from serving.app import create_app
from serving.http import problems
from serving.http.telemetry.metrics import Metrics
from serving.lists.schemas import RecommendationList

REFERENCE = Path(__file__).resolve().parents[3] / "docs/reference"
PAGE = (REFERENCE / "api.md").read_text()
PAGES = PAGE + (REFERENCE / "api-writing.md").read_text()


def test_every_path_is_on_the_page_and_no_other():
    """The table of requests and the OpenAPI document name the same paths."""
    app = create_app(Settings(database_url="postgresql://u:p@127.0.0.1:1/frontpage"))
    documented = {found.split("?")[0] for found in re.findall(r"\| `[A-Z]+ (/\S+)` \|", PAGES)}
    assert documented == set(app.openapi()["paths"])


def test_every_kind_of_problem_is_on_the_page():
    """Each `type` that the code can answer with is explained, and none else."""
    known = {value for name, value in vars(problems).items() if name.isupper() and str(value).startswith("urn:")}
    assert set(re.findall(r"urn:frontpage:problem:[a-z-]+", PAGES)) == known


def test_the_example_holds_to_the_schema():
    """The JSON on the page is an answer that the API could give, field for field."""
    example = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    parsed = RecommendationList.model_validate(example, extra="forbid")
    assert set(example) == set(RecommendationList.model_fields)
    assert set(example["items"][0]) == set(type(parsed.items[0]).model_fields) - {"candidate_source"}


def test_every_metric_is_on_the_page_and_no_other():
    """The table of metrics names what Prometheus collects."""
    collected = {
        f"{metric.name}{'_total' if metric.type == 'counter' else ''}" for metric in Metrics().registry.collect()
    }
    assert set(re.findall(r"^\| `(frontpage_\w+)", PAGES, re.MULTILINE)) == collected
