"""The numbers of headings and steps that Word makes, and that stand nowhere in the text."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ingest.formats.docx_styles import Styles
from ingest.formats.docx_xml import W, is_on, parsed, run, tag, value

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


class Level(NamedTuple):
    """How the paragraphs of one level of a list are numbered: "%1.%2" in decimals, from 1 on."""

    format: str
    text: str
    start: int
    legal: bool  # all numbers of its text in decimals


@dataclass
class List:
    """What a paragraph names as its list by a number; those of one kind share `counts`, and count on together."""

    levels: dict[int, Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)  # of the levels that have begun
    restarts: dict[int, int] = field(default_factory=dict)  # where the levels begin anew with its first paragraph

    def next(self, level: int) -> str:
        """The number of the next paragraph at this level."""
        levels = {at: found for at, found in self.levels.items() if at <= level}
        begun = self.counts | {at: start - 1 for at, start in self.restarts.items()}
        self.restarts = {}
        begun[level] = begun[level] + 1 if level in begun else levels[level].start
        counts = {at: found.start for at, found in levels.items()} | begun  # a level above begins with it
        self.counts.clear()
        self.counts.update((at, count) for at, count in counts.items() if at <= level)
        label = levels[level].text
        for at, found in levels.items():
            shown = "decimal" if levels[level].legal else found.format
            label = label.replace(f"%{at + 1}", _written(counts[at], shown))
        return label


def write_out_numbers(document: Element, parts: dict[str, bytes], styles: Styles) -> None:
    """Puts every number in front of its paragraph, and no longer makes that an item of a list.

    Bullets stay as they are; where one hangs below a number, it begins a list of its own. In `parts`, those of the
    file by name, the lists lose what is written out.
    """
    if "word/numbering.xml" not in parts:
        return
    numbering = parsed(parts["word/numbering.xml"])
    lists = _read_lists(numbering)
    _leave_only_bullets(numbering)
    parts["word/numbering.xml"] = ElementTree.tostring(numbering)
    open_levels: list[int] = []  # of the bullets that the next one may hang below
    for paragraph in document.iter(tag("p")):
        number, at = _numbered(paragraph, styles)
        list_ = lists.get(number, List())
        level = list_.levels.get(at)
        if level and level.format == "bullet":
            open_levels = [*(above for above in open_levels if above < at), at]
            for place in paragraph.findall("w:pPr/w:numPr/w:ilvl", W):
                place.set(tag("val"), str(len(open_levels) - 1))
            continue
        open_levels = []
        if level is None or level.format == "none":
            continue
        properties = paragraph.find("w:pPr", W)
        if properties is not None and (own := properties.find("w:numPr", W)) is not None:
            properties.remove(own)
        label = list_.next(at)
        if label.strip():
            paragraph.insert(0 if properties is None else 1, run(f"{label} "))


def _numbered(paragraph: Element, styles: Styles) -> tuple[str, int]:
    """The number of a paragraph's list and its level there, its own or its style's; "0" is none."""
    number = level = ""
    for part in (paragraph, *styles.of(value(paragraph.find("w:pPr/w:pStyle", W)))):
        number = number or value(part.find("w:pPr/w:numPr/w:numId", W))
        level = level or value(part.find("w:pPr/w:numPr/w:ilvl", W))
    return number, int(level or 0)


def _read_lists(numbering: Element) -> dict[str, List]:
    """The lists by their numbers."""
    kinds: dict[str, dict[int, Level]] = {}
    styles: dict[str, dict[int, Level]] = {}  # the levels that one kind defines, and another refers to by name
    for kind in numbering.findall("w:abstractNum", W):
        levels = {int(found.get(tag("ilvl"), "0")): _level(found) for found in kind.findall("w:lvl", W)}
        style = value(kind.find("w:styleLink", W)) or value(kind.find("w:numStyleLink", W))
        if style and levels:
            styles[style] = levels
        kinds[kind.get(tag("abstractNumId"), "")] = levels or styles.get(style, {})
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    lists = {}
    for one in numbering.findall("w:num", W):
        kind_name = value(one.find("w:abstractNumId", W))
        made = List(dict(kinds.get(kind_name, {})), counts[kind_name])
        for override in one.findall("w:lvlOverride", W):
            at = int(override.get(tag("ilvl"), "0"))
            if (own := override.find("w:lvl", W)) is not None:
                made.levels[at] = _level(own)
            if (start := override.find("w:startOverride", W)) is not None:
                made.restarts[at] = int(value(start, "1"))
        lists[one.get(tag("numId"), "")] = made
    return lists


def _level(found: Element) -> Level:
    return Level(
        format=value(found.find("w:numFmt", W), "decimal"),
        text=value(found.find("w:lvlText", W)),
        start=int(value(found.find("w:start", W), "1")),
        legal=is_on(found.find("w:isLgl", W)),
    )


def _leave_only_bullets(lists: Element) -> None:
    """Else the numbers of a style would be made once more, and a bullet below a number would become one."""
    for level in lists.iter(tag("lvl")):
        format_ = level.find("w:numFmt", W)
        if value(format_) == "bullet":
            continue
        for style in level.findall("w:pStyle", W):
            level.remove(style)
        if format_ is not None and value(format_) != "none":
            format_.set(tag("val"), "bullet")


def _written(count: int, format_: str) -> str:
    written = str(count)
    if format_ == "none":
        return ""
    if format_ == "decimalZero":
        written = f"{count:02}"
    elif format_.endswith("Letter") and count > 0:
        written = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif format_.endswith("Roman") and 0 < count < 4000:
        written = _roman(count)
    return written.upper() if format_.startswith("upper") else written


def _roman(count: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        written += letters * (count // worth)
        count %= worth
    return written
