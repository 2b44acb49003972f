"""The dateline of a wire story. Does no I/O."""

from transforms.core.records import Dateline


def split_dateline(text: str) -> tuple[Dateline | None, str]:
    """The dateline a text begins with, and the text after it."""
    return None, text
