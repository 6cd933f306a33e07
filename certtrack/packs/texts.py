"""Reading words that a pack carries in both languages."""

from certtrack.packs.table import Table
from certtrack.rules.pack import Text


def read_text(table: Table, key: str) -> Text:
    """Words in both languages. Raises BadPack where one of them is missing."""
    inner = table.table(key)
    text = Text(en=inner.text("en"), es=inner.text("es"))
    inner.finish()
    return text
