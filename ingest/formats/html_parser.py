"""HTML as a tree, also where it leaves out the end tags that it may leave out."""

from itertools import takewhile
from typing import Any

from bs4 import BeautifulSoup, Tag

_BLOCKS = frozenset(
    """address article aside blockquote dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5
    h6 header hr li main menu nav ol p pre section table ul""".split()
)
_GROUPS = frozenset(["tbody", "thead", "tfoot", "colgroup"])
_RULES = [  # which tags end which others that are open, and in what those others are left alone
    (_BLOCKS, {"p"}, {"table", "caption", "td", "th", "button", "object"}),
    ({"li"}, {"li"}, {"table", "ul", "ol", "menu"}),
    ({"dt", "dd"}, {"dt", "dd"}, {"table", "dl"}),
    ({"option"}, {"option"}, {"select", "datalist", "optgroup"}),
    ({"optgroup"}, {"option", "optgroup"}, {"select", "datalist"}),
    ({"td", "th"}, {"td", "th"}, {"table", "tr"}),
    ({"tr"}, {"tr", "caption", "colgroup"}, {"table"}),
    (_GROUPS, {"tr", "caption", *_GROUPS}, {"table"}),
]


class Page(BeautifulSoup):
    """A page where a paragraph, an item, a row or a cell ends when the next one begins."""

    def handle_starttag(self, name: str, *arguments: Any, **named: Any) -> Tag | None:
        """Called by the parser for each start tag."""
        for begins, ends, inside in _RULES:
            if name in begins and any(self.open_tag_counter[kind] for kind in ends):
                self._end(ends, inside)
        return super().handle_starttag(name, *arguments, **named)

    def _end(self, ends: set[str], inside: set[str]) -> None:
        innermost = takewhile(lambda tag: tag.name not in inside, reversed(self.tagStack))
        ended = [tag for tag in innermost if tag.name in ends]
        if ended:
            self.endData()
            while self.tagStack[-1] is not ended[-1]:
                self.popTag()
            self.popTag()
