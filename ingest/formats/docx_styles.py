"""The styles of a Word document, and what they say of letters, which mammoth reads only where runs say it."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from ingest.formats.docx_xml import W, parsed, tag, value

_TAKES_OUT = ("strike", "dstrike", "vanish")


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        """From the parts of a Word file by name."""
        self._styles: dict[str, Element] = {}
        if styles := parts.get("word/styles.xml"):
            self._styles = {style.get(tag("styleId"), ""): style for style in parsed(styles).iter(tag("style"))}

    def of(self, name: str) -> Iterator[Element]:
        """A style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while name in self._styles and name not in seen:
            seen.add(name)
            yield self._styles[name]
            name = value(self._styles[name].find("w:basedOn", W))

    def write_out(self, document: Element) -> None:
        """Strikes and hides the runs whose style says so: that of their letters, else that of their paragraph."""
        taken_out = {name: self._takes_out(name) for name in self._styles}
        if not any(taken_out.values()):
            return
        # of a run in a text box its own paragraph, which stands behind the one that the box hangs on
        nearest = {run: paragraph for paragraph in document.iter(tag("p")) for run in paragraph.iter(tag("r"))}
        for run, paragraph in nearest.items():
            of_paragraph = taken_out.get(value(paragraph.find("w:pPr/w:pStyle", W)), {})
            _say(run, of_paragraph | taken_out.get(value(run.find("w:rPr/w:rStyle", W)), {}))

    def _takes_out(self, name: str) -> dict[str, str]:
        """What a style says of `_TAKES_OUT`, where it says anything: "1" or the like."""
        said: dict[str, str] = {}
        for style in self.of(name):
            for what in _TAKES_OUT:
                if (found := style.find(f"w:rPr/w:{what}", W)) is not None:
                    said.setdefault(what, value(found, "1"))
        return said


def _say(run: Element, said: dict[str, str]) -> None:
    """Says of a run what its style does, where it says nothing itself."""
    properties = run.find("w:rPr", W)
    if properties is None:
        properties = Element(tag("rPr"))
        run.insert(0, properties)
    for what, on in said.items():
        if properties.find(f"w:{what}", W) is None:
            SubElement(properties, tag(what), {tag("val"): on})
