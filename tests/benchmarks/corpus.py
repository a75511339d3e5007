"""The texts and questions of the benchmark, the same at each run.

The texts are the article and documents of its sentences in another order under its headings, which ours cuts into
about 1,000 passages.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.questions import QuestionItem, load_questions
from ingest.passages import sections
from ingest.sentences import sentence_spans
from ingest.settings import ROOT
from ingest.sources import Source, read_source
from tests.benchmarks.contestant import Questions

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"
DOCUMENTS, SECTIONS = 38, 25  # and some passages of the article: about 1,000
_SENTENCES = (3, 7)  # in a section, so that passages are as long as the article's
_WARM_UP = 20


def texts(documents: int = DOCUMENTS, per_document: int = SECTIONS) -> Iterator[tuple[str, str]]:
    """Names and texts of the documents; the article is the first."""
    article = read_source(ARTICLE)
    yield ARTICLE.name, article.text
    headings = [section.path.rpartition(" > ")[2] for section in sections(article)]
    sentences = sentences_of(article)
    chance = random.Random(20)
    for number in range(documents):
        lines = [f"# Document {number}"]
        for _ in range(per_document):
            body = chance.sample(sentences, chance.randint(*_SENTENCES))
            lines += [f"## {chance.choice(headings)}", " ".join(body)]
        yield f"document-{number:02}.md", "\n\n".join(lines) + "\n"


def sentences_of(source: Source) -> list[str]:
    """The sentences of a text that stand on one line and are no headings or comments."""
    spans = (span for section in sections(source) for span in sentence_spans(source.text, *section.span))
    found = [source.text[start:end] for start, end in spans]
    return [text for text in found if "\n" not in text and text[0] not in "#<" and len(text) > 30]


def write_texts(
    folder: Path, documents: int = DOCUMENTS, per_document: int = SECTIONS, with_article: bool = True
) -> None:
    """Writes the documents."""
    folder.mkdir(parents=True)
    for name, text in list(texts(documents, per_document))[0 if with_article else 1 :]:
        (folder / name).write_text(text, encoding="utf-8")


def items() -> list[QuestionItem]:
    """The questions that are asked: those that the article answers and that need no earlier one."""
    return [item for item in _core() if item.answerable and not item.history and item.evidence]


def questions() -> Questions:
    """Their texts; what warms up is unanswerable, and so none of them."""
    warm_up = [item.question for item in _core() if not item.answerable and not item.history]
    return Questions(warm_up[:_WARM_UP], [item.question for item in items()])


def _core() -> list[QuestionItem]:
    return load_questions(ROOT / "corpus" / "questions" / "core.jsonl")
