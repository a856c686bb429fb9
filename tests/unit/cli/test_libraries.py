"""What libraries would do at their import."""

import subprocess
import sys

import pytest

LOOKED_AT = """
import sys
from feast.feature_view import FeatureView
import jsonschema
instrumented = any(name.startswith("check_argument") for name in FeatureView.__init__.__code__.co_names)
print(instrumented, sys.modules.get("rfc3987_syntax") is not None)
"""


@pytest.mark.parametrize(
    ("first", "seen"),
    [
        ("", "True True"),
        ("from frontpage.cli.libraries import lean; lean(); import frontpage.features.feature_store", "False False"),
    ],
)
def test_methods_are_not_compiled_anew_and_no_grammar_is_built(first: str, seen: str):
    """Without us both are done: if a library stops doing them, what we do has no use any more."""
    done = subprocess.run([sys.executable, "-c", first + LOOKED_AT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == seen
