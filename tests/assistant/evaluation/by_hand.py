"""Rows and report folders made by hand: nothing is asked, so every figure can be worked out."""

from pathlib import Path

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Receipt, Row
from assistant.evaluation.scoring import score
from ingest.sources import make_source

FRAMES, SWARM = "A hive has ten frames.", "Bees swarm in May."
TEXT = f"# Bees\n\n{FRAMES} {SWARM}\n"
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


def an_answer(quote: str, confidence: float | None = None) -> Answer:
    """An answer that is this quote of the document, or with an empty quote a refusal."""
    at = TEXT.index(quote)
    place = {"source": "bees.md", "section": "Bees", "start": at, "end": at + len(quote)}
    return Answer(
        question="?",
        standalone_question="?",
        answered=bool(quote),
        text=f"{quote} [1]" if quote else "The article does not say.",
        citations=(Citation(number=1, quote=quote, **place),) if quote else (),
        passages=(
            RetrievedPassage(
                source="bees.md", section="Bees", text=TEXT[8:-1], start=8, end=len(TEXT) - 1, score=1
            ),
        ),
        confidence=confidence,
        model="by hand",
    )


def a_row(item: QuestionItem, answer: Answer | None, error: str | None = None) -> Row:
    return Row(id=item.id, question=item, answer=answer, error=error, scores=score(item, answer, CORPUS))


def written(folder: Path, *rows: Row) -> Path:
    folder.mkdir()
    (folder / "results.jsonl").write_text("".join(row.model_dump_json() + "\n" for row in rows), "utf-8")
    receipt = Receipt(
        questions="q",
        code="c",
        index="i",
        sources={"bees.md": "d"},
        embeddings="minilm",
        model="<by hand>",
        prompts=1,
    )
    (folder / "receipt.json").write_text(receipt.model_dump_json(), "utf-8")
    return folder


RIGHT, MISCITED = a_row(ANSWERABLE, an_answer(FRAMES)), a_row(ANSWERABLE, an_answer(SWARM))
REFUSED, RIGHTLY_REFUSED = a_row(ANSWERABLE, an_answer("")), a_row(UNANSWERABLE, an_answer(""))
ANSWERED, FAILED = a_row(UNANSWERABLE, an_answer(SWARM)), a_row(ANSWERABLE, None, "TimeoutError: <late>")
