"""Names of files as text that can be printed and stored: not every name on a disk is one."""

from __future__ import annotations

import unicodedata

_NO_TEXT = {"Cc", "Cs"}
"""Unicode's categories of control characters, and of bytes that are no UTF-8."""


def printable(name: str) -> str:
    r"""`name` in one line, with `\n` or `\udcff` in place of what is no text.

    Archives made on another system leave names in its encoding; Python keeps their bytes as lone
    surrogates, which no file and no terminal takes.
    """
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in _NO_TEXT else each
        for each in name
    )
