"""Libraries' words to their developers stay away from users; warnings that matter do not."""

import subprocess
import sys

import pytest

#: What Feast's modules do at import, and then what other libraries say.
_SAID = """
import logging, warnings
from frontpage.cli.libraries import hush
hush()
warnings.simplefilter("once", DeprecationWarning)
warnings.warn("old way of a library", DeprecationWarning)
warnings.warn("older way of a library", PendingDeprecationWarning)
warnings.warn("results may be wrong", RuntimeWarning)
logging.warning("apitools not found, and so on")
logging.warning("the disk is nearly full")
"""


@pytest.mark.parametrize(("options", "shows_all"), [([], False), (["-W", "default"], True)])
def test_only_deprecations_and_the_one_word_of_beam_are_left_out(options, shows_all):
    """Everything else is shown; deprecations too for who asks Python for warnings."""
    done = subprocess.run([sys.executable, *options, "-c", _SAID], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "results may be wrong" in done.stderr
    assert "the disk is nearly full" in done.stderr
    assert "apitools" not in done.stderr
    assert ("way of a library" in done.stderr) is shows_all
