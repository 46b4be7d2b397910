"""DMN, the standard notation of decisions: read from its XML, and written in it. Pure: text in, text out.

elements      XML as plain elements, with lines
feel          S-FEEL to a tree
reading       elements -> model
translating   FEEL -> our expressions, whatever is null; `terms` what its values become
importing     model -> our decisions, as the data of their YAML; `tables` their rules
exporting     our decision -> XML of DMN 1.3; `wording` its expressions, `picture` its diagram
"""

from server.notation.dmn.elements import UnreadableError
from server.notation.dmn.exporting import exported
from server.notation.dmn.importing import Imported, imported
from server.notation.dmn.reading import read
from server.notation.dmn.tables import Origin

__all__ = ["Imported", "Origin", "UnreadableError", "exported", "imported", "read"]
