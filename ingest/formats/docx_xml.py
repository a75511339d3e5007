"""The few words of Word's XML that are spoken here."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = {"w": _NAMESPACE}  # for paths such as `w:pPr/w:numPr`


def parsed(part: bytes) -> Element:
    """A part of a Word file."""
    return ElementTree.fromstring(part)  # noqa: S314 - in a process of its own, bounded


def tag(name: str) -> str:
    """The full name of an element or attribute."""
    return f"{{{_NAMESPACE}}}{name}"


def value(part: Element | None, default: str = "") -> str:
    """What an element such as `<w:ilvl w:val="1"/>` says."""
    return default if part is None else part.get(tag("val"), default)


def is_on(part: Element | None) -> bool:
    """Whether a property that is on or off is there and on."""
    return part is not None and value(part, "1") not in ("0", "false", "off")


def run(text: str) -> Element:
    """A run with this text."""
    made = Element(tag("r"))
    piece = SubElement(made, tag("t"), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    piece.text = text
    return made


def words(part: Element) -> str:
    """The text in a part of a document."""
    breaks = {tag("tab"): " ", tag("br"): " ", tag("noBreakHyphen"): "-"}
    return "".join((p.text or "") if p.tag == tag("t") else breaks.get(p.tag, "") for p in part.iter())
