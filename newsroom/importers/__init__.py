"""Published data sets as canonical files: one module per format, and the registry of them."""

from newsroom.importers.adressa import ADRESSA
from newsroom.importers.base import Importer
from newsroom.importers.deskdrop import DESKDROP
from newsroom.importers.ebnerd import EBNERD
from newsroom.importers.globo import GLOBO
from newsroom.importers.mind import MIND
from newsroom.importers.nemig import NEMIG

IMPORTERS: dict[str, Importer] = {
    importer.name: importer for importer in (DESKDROP, NEMIG, GLOBO, MIND, EBNERD, ADRESSA)
}
