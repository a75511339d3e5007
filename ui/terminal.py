"""What the terminal shows: an answer with its citations, and how it came about."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.answer_prompt import messages
from assistant.answers import Answer, Citation, Support, files_of
from assistant.chain import Explanation
from assistant.check import Checked
from assistant.exports import NEAREST, YOU_COULD_ASK, Verified, nearest_places
from assistant.prompt_budget import prompt_tokens
from assistant.prompts import UNPROVEN
from ingest.passages import Passage
from ui.control_characters import without_controls
from ui.wording import how, proof

CONSOLE = Console(highlight=False)

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")  # Markdown's: a backslash and a mark of ASCII
_LABEL = re.compile(r"(?m)^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?\*\*(?:[^*\n]+:\*\*|[^*\n]+\*\*:)")  # **BPO:**
_BAR = re.compile(r"(?<!\\)\|")
_TABLE = re.compile(r"^\|.*\|\n\|[ :|-]+\|\n(?:\|.*\|(?:\n|$))+", re.MULTILINE)
_SHOWN = 8  # rows of a ranking
_COLOURS: dict[Support, str] = {"quoted": "green", "supported": "cyan", "unsupported": "red"}


def show_answer(answer: Answer, sent_to: Sequence[str] = ()) -> None:
    """The answer, then each citation: number, section, quote, file and offsets.

    `sent_to` are the hosts that saw the question.
    """
    say(_without_markup(answer.text))
    for notice in answer.notices:
        say(notice, "yellow")
    for sentence in answer.sentences:
        if sentence.doubt:
            say(f"{UNPROVEN} {sentence.doubt}: “{sentence.text}”", "yellow")
    for citation in answer.citations:
        CONSOLE.print()
        say(f"[{citation.number}] {citation.section}", "bold")
        _show_quote(citation, answer.files)
    for label, lines in ((NEAREST, nearest_places(answer)), (YOU_COULD_ASK, answer.suggestions)):
        if lines:
            CONSOLE.print()
            say(label, "bold")
        for line in lines:
            say(f"  - {line}")
    CONSOLE.print()
    say(how(answer, sent_to), "dim")
    if answer.sentences:
        say(proof(answer), "dim")


def show_verified(verified: Verified) -> None:
    """Each quote that no longer stands where it was, what else has changed, then how many quotes of each kind."""
    files = files_of(citation for _, citation, _ in verified.quotes)
    for question, citation, state in verified.quotes:
        if state != "stands":
            say(f"{state}: “{' '.join(citation.quote.split())}”", "bold")
            say(f"    {citation.place(files)}, cited for: {question}", "dim")
    for name in verified.changed:
        say(f"changed: {files.get(name, name)} is not what it was when it was quoted", "bold")
    for question in verified.rewritten:
        say(f"rewritten: the answer is not what its quotes say: {question}", "bold")
    count = Counter(one.state for one in verified.quotes)
    say(f"{count['stands']} quotes stand, {count['moved']} moved, {count['gone']} are gone.")


def show_checked(checked: Sequence[Checked]) -> None:
    """Each sentence of a text in the colour of its verdict, with the quote that proves it or comes nearest."""
    files = files_of(citation for one in checked for citation in one.citations)
    for one in checked:
        say(f"{one.verdict}: {one.text}", _COLOURS[one.verdict])
        if one.doubt:
            say(f"    {one.doubt}")
        for citation in one.citations:
            _show_quote(citation, files)
    count = Counter(one.verdict for one in checked)
    told = [f"{count[verdict]} {verdict}" for verdict in _COLOURS if count[verdict]]
    CONSOLE.print()
    say(f"{', '.join(told)}.", "bold")


def show_explanation(explanation: Explanation, passages: Sequence[Passage]) -> None:
    """The rankings, and what the offline reader made of them; `passages` are those of the index."""
    reading, rankings = explanation.reading, explanation.rankings
    say(f"Read as: {reading.question}")
    for ranking in (*rankings.first, rankings.fused, rankings.reranked):
        ranked = ((score, str(at + 1), passages[at].section) for at, score in ranking.scored[:_SHOWN])
        CONSOLE.print(_ranking(ranking.name, ranked))
    if not reading.overview:
        CONSOLE.print(_ranking("read", ((one.score, "", one.section) for one in reading.passages[:_SHOWN])))
    table = Table("logit", "kind", "text", title="sentences, items, rows and headings", title_justify="left")
    for candidate in explanation.candidates[:_SHOWN]:
        text = " ".join(candidate.unit.text.split())
        table.add_row(f"{candidate.score:.2f}", candidate.unit.kind, plain(text[:100]))
    CONSOLE.print(table)
    if given := explanation.given:
        which = "all that the documents hold" if given.whole else "the best of the documents"
        tokens = prompt_tokens(messages(given))
        say(f"The chat model reads {which}: {len(given.given)} passages, {tokens:,} tokens.")
    verb = "The offline reader answers" if explanation.decision.lines else "The offline reader refuses"
    say(f"{verb}: {explanation.decision.reason}.")
    CONSOLE.print()


def _ranking(name: str, ranked: Iterable[tuple[float, str, str]]) -> Table:
    """The best of a ranking: score, number of the passage, section."""
    table = Table("rank", "score", "passage", "section", title=plain(name), title_justify="left")
    for rank, (score, number, section) in enumerate(ranked, start=1):
        table.add_row(str(rank), f"{score:.4f}", number, plain(section))
    return table


def _without_markup(text: str) -> str:
    """The words of an answer. Only labels lose their bold marks: elsewhere `**` may be what is said."""
    unlabelled = _LABEL.sub(lambda label: label[0].replace("**", ""), _TABLE.sub(_row_by_row, text))
    return _ESCAPE.sub(r"\1", unlabelled)


def _row_by_row(table: re.Match[str]) -> str:
    """A table as a paragraph for each row, with the name of its column before each cell: no line is too long."""
    head, _, *rows = [[cell.strip() for cell in _BAR.split(line)[1:-1]] for line in table[0].strip().splitlines()]
    return "\n\n".join(
        "\n".join([row[0], *(f"  {name}: {cell}" for name, cell in zip(head[1:], row[1:], strict=False))])
        for row in rows
    )


def _show_quote(citation: Citation, files: Mapping[str, str]) -> None:
    say(f"    “{' '.join(citation.quote.split())}”")
    say(f"    {citation.place(files)}", "dim")


def say(text: str, style: str = "") -> None:
    """Prints a text as it is, wrapped at words on a terminal, left whole in a file."""
    CONSOLE.print(plain(text, style), soft_wrap=not CONSOLE.is_terminal)


def plain(text: str, style: str = "") -> Text:
    """Text as it is: neither markup nor control characters of a document have an effect."""
    return Text(without_controls(text), style=style)
