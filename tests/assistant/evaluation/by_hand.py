"""Rows and report folders made by hand: nothing is asked, so every figure can be worked out."""

from pathlib import Path
from typing import Any

from assistant.answers import Answer
from assistant.evaluation.matching import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Receipt, Row
from assistant.evaluation.scoring import score
from ingest.sources import make_source
from tests import made

FRAMES, SWARM, QUEEN = "A hive has ten frames.", "Bees swarm in May.", "The old queen leaves."
WHOLE = f"{FRAMES} {SWARM} {QUEEN}"
TEXT = f"# Bees\n\n{WHOLE}\n"
SOURCES = {"bees.md": make_source("bees.md", TEXT)}
CORPUS = Corpus(SOURCES)
ANSWERABLE = QuestionItem(
    id="b-1",
    question="How many <i>frames</i>?",
    answerable=True,
    facts=(("ten", "10"),),
    evidence=(FRAMES,),
    tags=("count",),
)
UNANSWERABLE = QuestionItem(id="b-2", question="What does a hive cost?", answerable=False, tags=("near",))
GREETING = QuestionItem(id="b-3", question="Hello!", answerable=None)


def changed(item: QuestionItem, **changes: object) -> QuestionItem:
    return item.model_copy(update=changes)


def an_answer(
    text: str, *, cited: str | None = None, retrieved: tuple[str, ...] = (WHOLE,), **fields: Any
) -> Answer:
    """An answer that cites a part of the document: the same words, or `cited`. With an empty text a refusal."""
    quote = text if cited is None else cited
    of_it = {
        "question": "?",
        "answered": bool(text),
        "citations": (made.citation(quote, TEXT, section="Bees", source="bees.md"),) if quote else (),
        "passages": tuple(made.passage(part, "Bees", "bees.md", TEXT.index(part)) for part in retrieved),
        "model": "by hand",
    }
    said = f"{text}{' [1]' if quote else ''}" or "The article does not say."
    return made.answer(said, **{**of_it, **fields})


def a_row(item: QuestionItem, answer: Answer | None, error: str | None = None) -> Row:
    return Row(id=item.id, question=item, answer=answer, error=error, scores=score(item, answer, CORPUS))


def written(folder: Path, *rows: Row) -> Path:
    """A report's folder with these rows and no report yet."""
    folder.mkdir()
    (folder / "results.jsonl").write_text("".join(row.model_dump_json() + "\n" for row in rows), "utf-8")
    receipt = Receipt(
        questions="q",
        code="c",
        index="i",
        sources={name: source.digest for name, source in SOURCES.items()},
        embeddings="minilm",
        model="<by hand>",
        prompts=1,
    )
    (folder / "receipt.json").write_text(receipt.model_dump_json(), "utf-8")
    return folder


RIGHT, MISCITED = a_row(ANSWERABLE, an_answer(FRAMES)), a_row(ANSWERABLE, an_answer(SWARM))
REFUSED, RIGHTLY_REFUSED = a_row(ANSWERABLE, an_answer("")), a_row(UNANSWERABLE, an_answer(""))
ANSWERED, FAILED = a_row(UNANSWERABLE, an_answer(SWARM)), a_row(ANSWERABLE, None, "TimeoutError: <late>")
