"""How numbers and names are told to a person."""

from os import PathLike, fspath


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number of things.

    >>> counted(1, "file"), counted(2_000, "file"), counted(0, "copy", "copies")
    ('1 file', '2,000 files', '0 copies')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def printable(said: PathLike[str] | str) -> str:
    r"""A path, or a stranger's text, on one line: what may steer a terminal is escaped, and so are bytes of a name
    that are no UTF-8.

    >>> print(printable("caf\udce9\n"), printable("\ud800\u202e"))
    caf\xe9\n \ud800\u202e
    """  # noqa: D205  # one sentence
    return "".join(char if char.isprintable() else _escaped(char) for char in fspath(said))


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte, as Python keeps it in a name (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
