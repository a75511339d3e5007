"""The numbers of headings and steps that Word makes, and that stand nowhere in the text."""

from collections import defaultdict
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ingest.formats.docx_xml import W, is_on, run, tag, value

_LEVELS = 9
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True)
class Level:
    """How the paragraphs of one level of a list are numbered: "%1.%2" in decimals, from 1 on."""

    format: str
    text: str
    start: int
    legal: bool  # all numbers of its text in decimals


class Numbering:
    """The lists of a document. One of them is used once, from the first paragraph of the document to the last."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        """From the parts of a Word file by name; the numbers that are written out are no longer in them."""
        self._lists: dict[str, tuple[str, dict[int, Level]]] = {}  # by number: the list it belongs to, its levels
        self._restarts: dict[str, dict[int, int]] = defaultdict(dict)
        self._counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * _LEVELS)
        if numbering := parts.get("word/numbering.xml"):
            lists = ElementTree.fromstring(numbering)  # noqa: S314 - in a process of its own, bounded
            self._read_lists(lists)
            parts["word/numbering.xml"] = _bullets_alone(lists)
        self._styles: dict[str, Element] = {}
        if styles := parts.get("word/styles.xml"):
            found = ElementTree.fromstring(styles).iter(tag("style"))  # noqa: S314 - as above
            self._styles = {style.get(tag("styleId"), ""): style for style in found}

    def write_out(self, document: Element) -> None:
        """Puts every number in front of its paragraph, and no longer makes that an item of a list.

        Bullets stay as they are; where one hangs below a number, it begins a list of its own.
        """
        open_levels: list[int] = []  # of the bullets that the next one may hang below
        for paragraph in document.iter(tag("p")):
            number, level = self._numbered(paragraph)
            levels = self._lists.get(number, ("", {}))[1]
            if level not in levels or levels[level].format == "none":
                open_levels = []
                continue
            properties = paragraph.find("w:pPr", W)
            if levels[level].format == "bullet":
                open_levels = [*(above for above in open_levels if above < level), level]
                for place in paragraph.findall("w:pPr/w:numPr/w:ilvl", W):
                    place.set(tag("val"), str(len(open_levels) - 1))
                continue
            open_levels = []
            if properties is not None:
                for own in properties.findall("w:numPr", W):
                    properties.remove(own)
            label = self._next(number, level)
            if label.strip():
                paragraph.insert(0 if properties is None else 1, run(f"{label} "))

    def _read_lists(self, numbering: Element) -> None:
        abstract: dict[str, dict[int, Level]] = {}
        linked: dict[str, dict[int, Level]] = {}
        for one in numbering.findall("w:abstractNum", W):
            levels = {int(found.get(tag("ilvl"), "0")): _level(found) for found in one.findall("w:lvl", W)}
            name = value(one.find("w:styleLink", W)) or value(one.find("w:numStyleLink", W))
            if name and levels:
                linked[name] = levels
            abstract[one.get(tag("abstractNumId"), "")] = levels or linked.get(name, {})
        for one in numbering.findall("w:num", W):
            number, of = one.get(tag("numId"), ""), value(one.find("w:abstractNumId", W))
            levels = dict(abstract.get(of, {}))
            for override in one.findall("w:lvlOverride", W):
                at = int(override.get(tag("ilvl"), "0"))
                if (own := override.find("w:lvl", W)) is not None:
                    levels[at] = _level(own)
                if (start := override.find("w:startOverride", W)) is not None:
                    self._restarts[number][at] = int(value(start, "1"))
            self._lists[number] = (of, levels)

    def _numbered(self, paragraph: Element) -> tuple[str, int]:
        """The number of a paragraph's list and its level there, its own or its style's; "0" is none."""
        own = paragraph.find("w:pPr/w:numPr", W)
        number = value(own.find("w:numId", W)) if own is not None else ""
        level = value(own.find("w:ilvl", W)) if own is not None else ""
        style = value(paragraph.find("w:pPr/w:pStyle", W))
        seen: set[str] = set()
        while style in self._styles and style not in seen and not (number and level):
            seen.add(style)
            found = self._styles[style].find("w:pPr/w:numPr", W)
            if found is not None:
                number = number or value(found.find("w:numId", W))
                level = level or value(found.find("w:ilvl", W))
            style = value(self._styles[style].find("w:basedOn", W))
        return number, int(level or 0)

    def _next(self, number: str, level: int) -> str:
        of, levels = self._lists[number]
        counts = self._counts[of]
        for at, start in self._restarts.pop(number, {}).items():
            counts[at] = start - 1
        count = counts[level]
        counts[level] = levels[level].start if count is None else count + 1
        for above in range(level):
            if counts[above] is None and above in levels:
                counts[above] = levels[above].start
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        label = levels[level].text
        for above in range(level + 1):
            if above in levels:
                shown = "decimal" if levels[level].legal else levels[above].format
                label = label.replace(f"%{above + 1}", _written(counts[above] or 0, shown))
        return label


def _level(found: Element) -> Level:
    return Level(
        format=value(found.find("w:numFmt", W), "decimal"),
        text=value(found.find("w:lvlText", W)),
        start=int(value(found.find("w:start", W), "1")),
        legal=is_on(found.find("w:isLgl", W)),
    )


def _bullets_alone(lists: Element) -> bytes:
    for level in lists.iter(tag("lvl")):
        for style in level.findall("w:pStyle", W):  # by which the numbers of the style would be made once more
            if value(level.find("w:numFmt", W)) != "bullet":
                level.remove(style)
    return ElementTree.tostring(lists)


def _written(count: int, format_: str) -> str:
    match format_:
        case "lowerLetter" | "upperLetter" if count > 0:
            letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
            return letters.upper() if format_ == "upperLetter" else letters
        case "lowerRoman" | "upperRoman" if 0 < count < 4000:
            return _roman(count).upper() if format_ == "upperRoman" else _roman(count)
        case "decimalZero":
            return f"{count:02}"
        case "none":
            return ""
        case _:
            return str(count)


def _roman(count: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        written += letters * (count // worth)
        count %= worth
    return written
