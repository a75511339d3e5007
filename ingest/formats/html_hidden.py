"""What a web page hides: read where a reader can unfold it, else left out with a note.

A page can unfold what its style or an attribute takes away where something to press names it, or where right
before it stands something to press, a heading (but for the page's own, `h1`) or a question. What is off the page,
clipped away, too small to read, transparent or in the colour of its ground no page shows.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice

from bs4 import BeautifulSoup, Tag

from ingest.formats.html import bold, new_tag
from ingest.formats.output import note

_FOLDED = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|opacity:0(?:\.0*)?%?"
    r"|transform:[^;]*scale[xy]?\((?:[^;)]{0,9},)?0(?:\.0*)?[,)][^;]*|scale:0(?:\.0*)?)(?=;|$)"
)
_NO_ROOM = re.compile(r"(?:^|;)(?:max-)?(width|height):(?:0(?:\.0*)?[a-z%]*|1px)(?=;|$)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-y)?:(?:hidden|clip)(?=;|$)")
_ROOM = re.compile(r"(?:^|;)(?:padding|min-)")  # a page may make it by these as well
_CONCEALED = re.compile(
    r"(?:^|;)(?:(?:left|right|top|bottom|text-indent):-(?:[5-9]\d\d|\d{4,})"
    r"|clip-path:(?:inset\((?:50|100)%|circle\(0)|clip:rect\((?:[01](?:px)?,?){4}\)"
    r"|font-size:(?:[0-2](?:\.\d*)?(?:px|pt)?|(?:0|0?\.[01]\d*)r?em|\d(?:\.\d*)?%)(?=;|$))"
    r"|^(?!.*(?:background-clip:text|text-(?:shadow|stroke)))(?:.*;)?(?:-webkit-text-fill-)?color:"
    r"(?:transparent|rgba\([\d,]*,0(?:\.0*)?%?\)|#(?:[0-9a-f]{3}0|[0-9a-f]{6}00))(?=;|$)"
)
_WHITE = re.compile(r"white|#f{3}(?:f{3})?|rgb\(255,255,255\)")
_APPEARS = re.compile(  # when one gets there, or presses what belongs to it
    r"\b(?:wow|aos|animat\w*|fade\w*|reveal\w*|accordion\w*|collaps\w*|tabs?)\b", re.IGNORECASE
)
# Attributes of what can be pressed; most of them name what it opens.
_PRESSED = re.compile(
    r".*click.*|for|tabindex|popovertarget|commandfor|aria-(?:controls|expanded)"
    r"|data-.*(?:toggle|target|tab|open|show|collapse|accordion|trigger).*"
)
_HEADINGS = ["h2", "h3", "h4", "h5", "h6"]
_OPENERS = {"button", "summary", "dt", *_HEADINGS}
_PLAIN = {"a", "button", "div", "p", "span"}
_LONGEST_OPENER = 200  # letters
_EMPTY = 9  # parts without words that may stand between it and what it opens
_QUESTION = re.compile(r"(?:(?![.!?。]\s+\w).)*[?？؟]\W*", re.DOTALL)
_BLOCKS = "p div section article li td th dd dt ul ol table form blockquote".split()
_OF_TABLES = ["table", "tbody", "thead", "tfoot", "colgroup", "tr"]  # what stands there beside cells is not read


def leave_out_hidden(page: BeautifulSoup) -> None:
    """Takes out what no means of the page shows, with a note where there were words."""
    hidden = [part for part in page.select("[hidden], [aria-hidden=true], [style]") if _is_hidden(part)]
    named = _named(page, {id(part) for part in hidden}) if hidden else set()
    length = length_of(page)
    unfolded: set[int] = set()  # by what stands right before it
    for part in hidden:
        if part.decomposed:
            continue
        if not _is_concealed(part):
            if before := _opener_of(part, unfolded):
                unfolded.add(id(part))
                if part.name in _BLOCKS and id(before) not in unfolded:
                    _make_heading(before)
                continue
            if _can_be_shown(part, named) or (_may_fade_in(part) and 2 * length_of(part) > length):
                continue
        ornament = part.get("aria-hidden") == "true"  # a copy or a sign for the eye alone
        if not ornament and any(letter.isalpha() for letter in part.get_text()):
            _note_beside(part)
        part.decompose()


def length_of(part: Tag) -> int:
    """How many letters and signs it has."""
    return len("".join(part.get_text().split()))


def _note_beside(part: Tag) -> None:
    """Notes a hidden part behind the table or the block that it is in: its sentence does without it."""
    block = part.find_parent(_BLOCKS) if part.name not in _BLOCKS else None
    place, tables = block or part.parent, part.find_parents("table")
    if place and tables and place.name in _OF_TABLES:
        tables[-1].insert_after(new_tag("p", note("a hidden part")))
    elif block:
        block.append(note("a hidden part"))
    else:
        part.insert_before(new_tag("p", note("a hidden part")))


def _is_hidden(part: Tag) -> bool:
    marked = part.has_attr("hidden") or part.get("aria-hidden") == "true"
    return marked or bool(_FOLDED.search(_style(part))) or _has_no_room(part) or _is_concealed(part)


def _has_no_room(part: Tag) -> bool:
    """Whether it has neither width nor height, or no height and what runs over is cut off."""
    style = _style(part)
    sides = set(_NO_ROOM.findall(style))
    is_cut_off = "height" in sides and _CUT_OFF.search(style)
    return bool(len(sides) == 2 or is_cut_off) and not _ROOM.search(style)


def _is_concealed(part: Tag) -> bool:
    """Whether its style lets nobody read it, whatever is pressed."""
    if _CONCEALED.search(_style(part)):
        return True
    colour = _colour(part, "color")
    grounds = (_colour(outer, "background(?:-color)?") for outer in chain([part], part.parents))
    return bool(colour) and colour == next(filter(None, grounds), "")


def _colour(part: Tag, of: str) -> str:
    """The colour that its own style gives; empty where it gives none."""
    found = re.search(rf"(?:^|;){of}:(?!inherit|initial|unset|revert|none|transparent)([^;]+)", _style(part))
    return "" if not found else "white" if _WHITE.fullmatch(found[1]) else found[1]


def _style(part: Tag) -> str:
    return re.sub(r"\s|/\*.*?\*/|!important", "", str(part.get("style", "")).lower())


def _may_fade_in(folded: Tag) -> bool:
    """Whether it has its place on the page all the same, to be seen there when all is loaded."""
    return not folded.has_attr("hidden") and "none" not in _style(folded)


def _can_be_shown(part: Tag, named: set[str]) -> bool:
    """Whether something to press names it, or it is made for being shown."""
    names = {str(value) for name, value in part.attrs.items() if name == "id" or name.startswith("data-")}
    made_for_it = part.get("hidden") == "until-found" or part.get("role") == "tabpanel"
    is_whole = part.name in ("html", "body")
    return bool(names & named) or made_for_it or is_whole or bool(_APPEARS.search(str(part.get("class", ""))))


def _named(page: BeautifulSoup, hidden: set[int]) -> set[str]:
    """What is named by something to press that is not hidden itself."""
    return {name for part in page.find_all(True) if id(part) not in hidden for name in _names(part)}


def _names(part: Tag) -> Iterator[str]:
    for attribute, value in part.attrs.items():
        if _PRESSED.fullmatch(attribute) or (attribute == "href" and str(value).startswith("#")):
            yield from str(value).replace("#", " ").split()
            yield from re.findall(r"[\w-]+", str(value))


def _opener_of(part: Tag, unfolded: set[int]) -> Tag | None:
    """What opens a part, or another part that this opens, where that stands right before it."""
    near = islice(part.previous_siblings, _EMPTY)
    before = next((one for one in near if one.get_text().strip()), None)
    if isinstance(before, Tag) and (id(before) in unfolded or _is_opener(before)):
        return before
    return None


def _make_heading(opener: Tag) -> None:
    """Makes what opens a part the heading above that, in bold, where it is none."""
    if opener.name in _PLAIN and not opener.find(["h1", *_HEADINGS, "img"]):
        opener.name = "p"
        bold(opener)


def _is_opener(part: Tag) -> bool:
    """Whether it is a question, or all of it is a heading or something to press."""
    length = length_of(part)
    if length > _LONGEST_OPENER:
        return False
    inner = (one for one in part.find_all(True) if length_of(one) == length)
    return bool(_QUESTION.fullmatch(part.get_text().strip())) or any(map(_can_open, chain([part], inner)))


def _can_open(part: Tag) -> bool:
    leads_nowhere = part.name == "a" and str(part.get("href", "#")).lower().startswith(("#", "javascript:"))
    named_so = part.name in _OPENERS or part.get("role") in ("button", "tab")
    return leads_nowhere or named_so or any(map(_PRESSED.fullmatch, part.attrs))
