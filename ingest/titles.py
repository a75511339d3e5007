"""What a document is called, and the front matter in which it may say so."""

import re
import tomllib
from itertools import pairwise
from typing import Any

import yaml

from ingest.markdown import block_tokens, plain

# A blank line behind the first one makes that a rule between paragraphs (as in Pandoc).
_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n(?![ \t]*\n)(?P<yaml>.*?)^---[ \t]*$\n?"
    r"|---[ \t]*\n(?=[\w-]+[ \t]*:)(?P<dots>.*?)^\.\.\.[ \t]*$\n?"
    r"|\+\+\+[ \t]*\n(?P<toml>.*?)^\+\+\+[ \t]*$\n?)",
    re.DOTALL | re.MULTILINE,
)
_LIMIT = 4_000  # characters: a title and an author fit, a YAML bomb does not
_HEADINGS_WITHIN = 100_000  # characters
_SAYS_NOTHING = re.compile(
    r"\W*(?:anonymous|untitled|unspecified|unnamed|no title|unbenannt(?:e[rs]?)?|ohne titel|sans titre|sin título)"
    r"(?: (?:document|page|slide|file|dokument|seite|folie|datei))?\W*\d*\W*"
    r"|(?:document|dokument|presentation|präsentation|page|slide|folie) ?\d+"
    r"|microsoft (?:word|powerpoint|excel)(?: - .*)?"
    r"|(?:microsoft )?(?:office )?(?:word[ -]do[ck]ument|powerpoint[ -]pr(?:e|ä)sentation|excel[ -]worksheet)"
    r"|(?:table of )?contents"
    r"|.*(?:\{\{.*\}\}|\{%.*%\}|<%.*%>).*"  # what a template has there until a page is made of it
    r"|\S+\.(?:do[ct][xm]?|pdf|rtf|odt|pp[st][xm]?|pot[xm]?|xl[st][xm]?|pub|indd|qxd|tex|dvi|html?|te?mp|txt|ps|exe)",
    re.IGNORECASE,
)


def title_of(text: str) -> str:
    """The title that a text gives itself: the front matter's, else its first heading of the first level."""
    body = text[body_start(text) :]
    return _front_matter_title(text) or _first_heading(body)


def body_start(text: str) -> int:
    """Where a text begins, after the front matter."""
    front = _FRONT_MATTER.match(text)
    return front.end() if front else 0


def telling(title: str) -> str:
    """A title in one line; empty where a program made it up and it says nothing."""
    words = " ".join(title.split())
    return "" if _SAYS_NOTHING.fullmatch(words) else words


def _front_matter_title(text: str) -> str:
    front = _FRONT_MATTER.match(text)
    if not front or front.end() > _LIMIT:
        return ""
    fields: Any
    try:
        if front["toml"] is not None:
            fields = tomllib.loads(front["toml"])
        else:
            # every scalar as the string that it is: a title may be a year, and no tag can fail
            written = front["yaml"] or front["dots"] or ""
            fields = yaml.load(written, Loader=yaml.BaseLoader)  # noqa: S506 - makes no objects either
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError):
        return ""
    title = fields.get("title") if isinstance(fields, dict) else None
    return telling(plain(title)) if isinstance(title, str) else ""


def _first_heading(text: str) -> str:
    """The words of the first heading that says something; a line of code that looks like one is none.

    A script (`#!`) has no headings, and neither stands one right below a line of text, as a comment does.
    """
    if text.startswith("#!"):
        return ""
    text_ends = -1
    for token, words in pairwise(block_tokens(text[:_HEADINGS_WITHIN])):
        begins, ends = token.map or (0, 0)
        if token.type == "paragraph_open":
            text_ends = ends
        is_heading = token.type == "heading_open" and token.tag == "h1" and begins != text_ends
        if is_heading and (title := telling(plain(words.content))):
            return title
    return ""
