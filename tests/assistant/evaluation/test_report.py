"""The page that a person reads, from rows made by hand: nothing is asked, so every figure can be worked out."""

import json
import re
from pathlib import Path

import pytest

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.evaluation.losses import losses
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_report
from assistant.evaluation.results import Receipt, Row, read_rows
from assistant.evaluation.scoring import score
from ingest.errors import UserError
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


def page(folder: Path, other: Path | None = None) -> str:
    write_report(folder, "bees.jsonl", SOURCES, other)
    return (folder / "report.html").read_text("utf-8")


def shown(html: str) -> str:
    """The page's words, without its tags."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


RIGHT, MISCITED = a_row(ANSWERABLE, an_answer(FRAMES)), a_row(ANSWERABLE, an_answer(SWARM))
REFUSED, RIGHTLY_REFUSED = a_row(ANSWERABLE, an_answer("")), a_row(UNANSWERABLE, an_answer(""))
ANSWERED, FAILED = a_row(UNANSWERABLE, an_answer(SWARM)), a_row(ANSWERABLE, None, "TimeoutError: <late>")


def test_the_page_says_it_in_words(tmp_path: Path) -> None:
    words = shown(page(written(tmp_path / "r", RIGHT, REFUSED, RIGHTLY_REFUSED, ANSWERED)))
    assert (
        "Of 2 that the documents answer, 1 were answered right, 0 wrongly or not in full, and 1 refused." in words
    )
    assert "Of 2 that they do not answer, 1 were rightly refused and 1 answered all the same." in words


def test_a_loss_is_shown_with_its_stage_question_answer_evidence_and_passages(tmp_path: Path) -> None:
    html = page(written(tmp_path / "r", MISCITED, RIGHTLY_REFUSED, FAILED))
    words = shown(html)
    assert "What went wrong: 2 of 3" in words
    assert words.index("failed: 1") < words.index("retrieved but not used: 1") < words.index("By tag")
    loss = words[words.index("retrieved but not used: 1") :]
    assert f"Answer {SWARM} [1]" in loss
    assert "Expected facts ten or 10: not said" in loss
    assert f"Expected evidence {FRAMES} Retrieved passages: 1" in loss
    assert f"{FRAMES} {SWARM}" in loss
    assert "TimeoutError: &lt;late&gt;" in words


def test_a_loss_of_a_follow_up_names_the_questions_before_it(tmp_path: Path) -> None:
    history = ({"question": "What is a hive?", "answer": "A box."}, "And a frame?")
    after = QuestionItem.model_validate({**ANSWERABLE.model_dump(), "history": history})
    words = shown(page(written(tmp_path / "r", a_row(after, an_answer(SWARM)))))
    assert "Asked after: What is a hive? / And a frame?" in words


def test_everything_is_escaped_and_nothing_is_remote(tmp_path: Path) -> None:
    html = page(written(tmp_path / "r", MISCITED))
    assert "How many &lt;i&gt;frames&lt;/i&gt;?" in html
    assert "&lt;by hand&gt;" in html
    assert "<i>" not in html
    assert not any(part in html for part in ("http://", "https://", "<script", "src=", "@import", "url("))


def test_the_list_of_losses_is_bounded_and_the_counts_are_not() -> None:
    found = losses([REFUSED, ANSWERED, ANSWERED, ANSWERED], CORPUS, most=2)
    assert found.counts == {"wrong refusal": 1, "missing refusal": 3}
    assert (found.total, found.shown) == (4, 2)
    assert [len(found.listed[stage]) for stage in found.counts] == [1, 1]


def test_a_page_that_leaves_losses_out_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.evaluation.report._SHOWN", 1)
    words = shown(page(written(tmp_path / "r", REFUSED, ANSWERED, ANSWERED)))
    assert "The first 1 are listed here; all are in results.jsonl." in words
    assert "missing refusal: 2 (0 listed)" in words


def test_the_curve_is_drawn_from_the_confidences(tmp_path: Path) -> None:
    sure, unsure = an_answer(FRAMES, confidence=0.9), an_answer(SWARM, confidence=0.3)
    html = page(written(tmp_path / "r", a_row(ANSWERABLE, sure), a_row(UNANSWERABLE, unsure), REFUSED))
    # coverage 1/3 with risk 0, coverage 2/3 with risk 1/2, on 410 by 230 units from (50, 270)
    assert 'points="186.7,270.0 323.3,155.0 "' in html
    assert "1 of 3 questions have no confidence and no point on the curve." in shown(html)
    written_ = json.loads((tmp_path / "r" / "summary.json").read_text("utf-8"))
    assert (written_["aurc"]["value"], written_["aurc"]["n"]) == (0.25, 2)
    assert (written_["confidence_auc"]["value"], written_["confidence_auc"]["n"]) == (1.0, 2)


def test_questions_that_are_held_back_are_counted_and_not_shown(tmp_path: Path) -> None:
    held = a_row(UNANSWERABLE.model_copy(update={"id": "h-1", "split": "held"}), an_answer(SWARM))
    words = shown(page(written(tmp_path / "r", held, RIGHT)))
    assert "missing refusal: 1 (0 listed)" in words
    assert "1 of them are held back: they are counted here, and listed only in results.jsonl." in words
    assert UNANSWERABLE.question not in words
    assert "held (1) 0.00" in words  # by tag


def test_questions_that_are_held_back_are_not_shown_in_a_comparison_either(tmp_path: Path) -> None:
    item = UNANSWERABLE.model_copy(update={"id": "h-1", "split": "held"})
    earlier = written(tmp_path / "last week", a_row(item, an_answer("")), RIGHT)
    words = shown(page(written(tmp_path / "now", a_row(item, an_answer(SWARM)), RIGHT), earlier))
    assert "0 won, 1 lost, 1 unchanged" in words
    assert "Lost: 1 (0 listed)" in words
    assert UNANSWERABLE.question not in words


def test_without_confidences_there_is_no_curve_and_no_area(tmp_path: Path) -> None:
    html = page(written(tmp_path / "r", RIGHT, RIGHTLY_REFUSED))
    assert "<svg" not in html
    assert "there is no curve" in html
    written_ = json.loads((tmp_path / "r" / "summary.json").read_text("utf-8"))
    assert (written_["aurc"]["value"], written_["aurc"]["n"]) == (None, 0)
    assert (written_["confidence_auc"]["value"], written_["confidence_auc"]["n"]) == (None, 0)


def test_the_page_compares_with_an_earlier_run(tmp_path: Path) -> None:
    lost = a_row(UNANSWERABLE, an_answer(SWARM))
    earlier = written(tmp_path / "last week", MISCITED, RIGHTLY_REFUSED)
    words = shown(page(written(tmp_path / "now", RIGHT, lost), earlier))
    against = words[words.index("Against last week") : words.index("By tag")]
    assert "2 questions are in both runs: 1 won, 1 lost, 0 unchanged." in against
    assert (
        "fact_recall share of the expected facts that the answer states +1.00 1.00 to 1.00 1.000 1 too few to tell"
        in against
    )
    assert f"Won: 1 How many &lt;i&gt;frames&lt;/i&gt;? b-1 This run {FRAMES} [1] last week {SWARM} [1]" in against
    assert (
        f"Lost: 1 What does a hive cost? b-2 This run {SWARM} [1] last week The article does not say." in against
    )


def test_a_folder_that_is_no_report_is_named_before_anything_is_compared(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no-such"):
        page(written(tmp_path / "now", RIGHT), tmp_path / "no-such")


def test_the_receipt_has_hashes_settings_and_versions(tmp_path: Path) -> None:
    words = shown(page(written(tmp_path / "r", RIGHT)))
    receipt = words[words.index("Receipt") :]
    for name in ("question set sha256", "corpus sha256", "index sha256", "settings sha256", "versions", "Python"):
        assert name in receipt


def test_the_same_rows_make_the_same_page(tmp_path: Path) -> None:
    sure = a_row(ANSWERABLE, an_answer(FRAMES, confidence=0.9))
    earlier = written(tmp_path / "earlier", RIGHT, ANSWERED)
    one, two = written(tmp_path / "one", sure, ANSWERED), written(tmp_path / "two", sure, ANSWERED)
    assert page(one, earlier) == page(two, earlier)
    assert list(read_rows(one)) == list(read_rows(two))
