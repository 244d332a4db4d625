"""HTML and SVG as values: every text is escaped unless it was built here."""

import html
from collections.abc import Iterable
from typing import TypeAlias

LONGEST_TEXT = 160
# What HTML may not hold stands as its picture: NUL as ␀.
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_VOID = {"meta", "br"}


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """An element. Attributes with a final `_` lose it (`class_`), other underscores become hyphens; None leaves out."""
    given = "".join(
        f' {_attribute(key)}="{escaped(str(value))}"' for key, value in attributes.items() if value is not None
    )
    return Markup(f"<{name}{given}>" if name in _VOID else f"<{name}{given}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """Children one after the other, each escaped where it is plain text."""
    return Markup("".join(map(_written, children)))


def escaped(text: str) -> str:
    """Plain text for an element or an attribute; sequences that HTML may not hold become visible."""
    whole = text.translate(_PICTURES).encode("utf-8", "replace").decode()
    return html.escape(whole, quote=True)


def value(text: str) -> Markup:
    """A value from data: isolated, so that right-to-left text moves nothing around it, and cut when very long."""
    cut = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)"
    return tag("bdi", cut, class_="value")


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    return escaped(child) if isinstance(child, str) else join(child)


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
