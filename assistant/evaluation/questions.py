"""Question sets: JSON Lines and spreadsheets read, written, and what is wrong or doubtful in one."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from rapidfuzz import fuzz, process

from assistant.answers import EarlierTurn
from assistant.evaluation.matching import Corpus, explain_miss, holds_phrase, stated
from assistant.evaluation.statistics import smallest_difference
from assistant.within import documents_named
from ingest.errors import QuestionError, UserError
from ingest.text import fold

Phrasing = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_NEAR_DUPLICATE = 92  # of 100, by rapidfuzz's ratio of the sorted words
_TELLS = 0.10  # a set should be able to tell two proportions apart that differ by so much
_DELIMITERS = ",;\t"  # what spreadsheets write, by country
_COLUMNS = ("question", "answer quote")


class QuestionItem(BaseModel):
    """One line of a question set; docs/evaluation.md describes the format.

    `answerable` is `None` for a greeting or the like, to which an answer is neither a refusal nor cited; `least`
    is how many of the facts make an answer useful; `doc` names the document that is asked (all, where it is left
    out); `answers` are for those who read the set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    question: str
    answerable: bool | None = Field(strict=True)
    history: tuple[EarlierTurn, ...] = ()
    standalone: str | None = None
    facts: tuple[Annotated[tuple[Phrasing, ...], Field(min_length=1)], ...] = ()
    least: int | None = Field(default=None, ge=0, strict=True)
    evidence: tuple[str, ...] = ()
    forbidden: tuple[Phrasing, ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["held"] | None = None
    doc: str | None = None

    @property
    def within(self) -> tuple[str, ...]:
        """The documents that are asked (see `Ask`)."""
        return (self.doc,) if self.doc else ()

    @property
    def kinds(self) -> set[str]:
        """Its tags; one that is held back counts as tagged so."""
        return {*self.tags, self.split} if self.split else set(self.tags)


@dataclass(frozen=True)
class Problem:
    """Something to mend in a line, or (`error` is false) to look at; `line` is 0 for the set as a whole."""

    line: int
    message: str
    error: bool = True


@dataclass(frozen=True)
class QuestionSet:
    """The questions of a file by the line where they begin, and what is to be said of its other lines."""

    path: Path
    items: dict[int, QuestionItem] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def questions(self) -> list[QuestionItem]:
        """The questions, in order. Raises `UserError` for the first error, or where there is no question."""
        errors = [problem for problem in self.problems if problem.error]
        if errors:
            first = min(errors, key=lambda problem: problem.line)
            more = f" More mistakes: {len(errors) - 1}; --check lists them." if len(errors) > 1 else ""
            raise UserError(f"{self.path}:{first.line}: {first.message}{more}")
        if not self.items:
            raise UserError(
                f"{self.path} holds no questions. Give a question set, one JSON object a line, or a CSV."
            )
        return list(self.items.values())


def read_set(path: Path) -> QuestionSet:
    """The question set in a file: a CSV by the end of its name, else JSON Lines."""
    return read_csv(path) if is_csv(path) else read_jsonl(path)


# --- JSON Lines

_SHAPES = {
    "facts": '[["one phrasing", "another"], ["the next fact"]]',
    "answerable": "true, false, or null for a greeting",
    "least": "2",
    "split": '"held"',
    "history": '["an earlier question", {"question": "...", "answer": "..."}]',
    **dict.fromkeys(("evidence", "forbidden", "answers", "tags"), '["first", "second"]'),
    **dict.fromkeys(("id", "question", "standalone", "doc"), '"text"'),
    "": '{"id": "q-1", "question": "...", "answerable": true}',
}


def load_questions(path: Path) -> list[QuestionItem]:
    """The questions of a JSON Lines file. Raises `UserError` with file and line for the first that is wrong."""
    return read_jsonl(path).questions()


def read_jsonl(path: Path) -> QuestionSet:
    """The questions of a JSON Lines file, and what makes a line none, or the figures of a run meaningless."""
    found = QuestionSet(path)
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.items[number] = QuestionItem.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            found.problems.append(Problem(number, f"broken JSON ({error.msg}). Mend the line."))
        except ValidationError as error:
            found.problems.append(Problem(number, _explain(error)))
    ids = Counter(item.id for item in found.items.values())
    for number, item in found.items.items():
        if ids[item.id] > 1:
            wrong = f"the id {item.id!r} stands more than once. Give each line its own."
            found.problems.append(Problem(number, wrong))
        if not item.answerable and (item.evidence or item.facts):
            wrong = "unanswerable, but with evidence or facts. Remove them, or set answerable to true."
            found.problems.append(Problem(number, wrong))
        if (item.least or 0) > len(item.facts):
            wrong = f"`least` asks for {item.least} of {len(item.facts)} facts. Add facts, or lower it."
            found.problems.append(Problem(number, wrong))
    return found


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"])) or "the line"
    if first["type"] == "extra_forbidden":
        return f"unknown key {key!r}. Remove it, or correct its spelling."
    if first["type"] == "missing":
        return f"the key {key!r} is missing. Add it."
    shape = _SHAPES.get(str(first["loc"][0]) if first["loc"] else "", "")
    return f"{key}: {first['msg']}. {f'Write it like {shape}.' if shape else 'Mend it.'}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}). Give a question set.") from None


def write_questions(path: Path, items: Iterable[QuestionItem]) -> None:
    """Writes a JSON Lines file. Raises `UserError` where there is one already, or where none can be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(item.model_dump_json(exclude_defaults=True) + "\n" for item in items)
    except FileExistsError:
        raise UserError(f"{path} is there already. Give another name.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}). Give another name.") from None


# --- spreadsheets


def is_csv(path: Path) -> bool:
    """Whether a file is taken for a CSV: by the end of its name."""
    return path.suffix.casefold() in (".csv", ".tsv")


def read_csv(path: Path) -> QuestionSet:
    """The questions of a CSV file; a row without a quote is a question that the corpus does not answer.

    The first row names the columns, in any order; others are ignored. Names may differ in case, and have `_` or
    `-` for a space. The ids are c001, c002 and so on. There are no facts: what an answer has to say is
    not known, only where it stands. Raises `UserError` where a row cannot be read, or a column is missing.
    """
    rows = _rows(path)
    line, header = next(rows, (1, []))
    names = [re.sub(r"[\s_-]+", " ", cell).casefold() for cell in header]
    for column in _COLUMNS:
        if names.count(column) != 1:
            wrong = "there more than once. Rename the others." if column in names else "missing. Name it there."
            raise UserError(f"{path}:{line}: in the first row the column {column!r} is {wrong}")
    question, quote = map(names.index, _COLUMNS)
    found = QuestionSet(path)
    if ignored := [name for at, name in enumerate(header) if name and at not in (question, quote)]:
        message = f"not used: the columns {', '.join(ignored)}. Only {' and '.join(_COLUMNS)} are."
        found.problems.append(Problem(line, message, error=False))
    for line, row in rows:
        if len(row) <= max(question, quote) or any(row[len(header) :]):
            wrong = f"{len(row)} cells, not {len(header)} as in the first row. Put each text in double quotes."
            found.problems.append(Problem(line, wrong))
        elif not row[question]:
            found.problems.append(Problem(line, "the question is empty. Write one."))
        else:
            found.items[line] = QuestionItem(
                id=f"c{len(found.items) + 1:03}",
                question=row[question],
                answerable=bool(row[quote]),
                evidence=(row[quote],) if row[quote] else (),
            )
    return found


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line where it begins."""
    text = _text(path)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    begins = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        mend = "Put each text in double quotes, and double those inside."
        raise UserError(f"{path}:{begins}: the row cannot be read ({error}). {mend}") from None


# --- checked


def lint(found: QuestionSet, corpus: Corpus) -> list[Problem]:
    """All that is wrong or doubtful in a set that was read, in the order of its lines."""
    problems = list(found.problems)
    for number, item in found.items.items():
        if not item.question.strip():
            problems.append(Problem(number, "the question is empty. Write one."))
        if item.answerable and not item.evidence:
            wrong = "answerable, but without evidence. Quote the passage that answers it."
            problems.append(Problem(number, wrong))
        if item.doc:
            try:
                documents_named(item.within, corpus.sources)
            except QuestionError as error:
                problems.append(Problem(number, str(error)))
        problems += [Problem(number, doubt, error=False) for doubt in _doubts(item)]
    problems += missing_quotes(found, corpus)
    problems += _near_duplicates(found.items)
    count = len(found.items)
    if not problems and not count:
        problems.append(Problem(0, "the set holds no questions. Add some."))
    elif (smallest := smallest_difference(count)) > _TELLS:
        message = f"so small a set ({count}) tells two systems apart from {100 * smallest:.0f} points on."
        problems.append(Problem(0, f"{message} Add questions.", error=False))
    return sorted(problems, key=lambda problem: problem.line)


def missing_quotes(found: QuestionSet, corpus: Corpus) -> Iterator[Problem]:
    """The quotes of the evidence that stand nowhere, each with the text that is nearest, which takes time."""
    for number, item in found.items.items():
        for quote in item.evidence:
            if not corpus.find(quote):
                yield Problem(number, explain_miss(quote, corpus))


def _doubts(item: QuestionItem) -> Iterator[str]:
    said = " ".join(fold(quote).text for quote in item.evidence)
    for phrasings in item.facts if item.evidence else ():
        if not any(holds_phrase(said, phrase) for phrase in phrasings):
            yield f"no phrasing of the fact {list(phrasings)} stands in the evidence. Check both."
    if item.facts and not item.forbidden and all(stated(item.facts, item.question)):
        yield "the question itself holds every fact, so a wrong answer may repeat them. Add `forbidden`."


def _near_duplicates(items: dict[int, QuestionItem]) -> Iterator[Problem]:
    """Questions (with their history) that hold nearly the words of an earlier one, in whatever order."""
    numbers, texts = list(items), list[str]()
    for number, item in items.items():
        asked = " ".join([*(turn.question for turn in item.history), item.question])
        # sorted once, and not in each of 12 million comparisons of a set of 5,000 questions
        text = " ".join(sorted(asked.casefold().split()))
        found = process.extractOne(text, texts, scorer=fuzz.ratio, score_cutoff=_NEAR_DUPLICATE)
        if found:
            message = f"nearly the question of line {numbers[found[2]]}. Ask something else."
            yield Problem(number, message, error=False)
        texts.append(text)
