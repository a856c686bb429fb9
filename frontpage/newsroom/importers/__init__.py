"""Published data sets as canonical files: one module per format, and the registry of them."""

from frontpage.newsroom.importers.adressa import ADRESSA
from frontpage.newsroom.importers.base import Importer
from frontpage.newsroom.importers.deskdrop import DESKDROP
from frontpage.newsroom.importers.ebnerd import EBNERD
from frontpage.newsroom.importers.globo import GLOBO
from frontpage.newsroom.importers.mind import MIND
from frontpage.newsroom.importers.nemig import NEMIG

IMPORTERS: dict[str, Importer] = {
    importer.name: importer for importer in (DESKDROP, NEMIG, GLOBO, MIND, EBNERD, ADRESSA)
}
