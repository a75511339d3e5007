"""The table that training ends with: how good the model is on documents that it has never seen, with intervals."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.alignment import align
from assistant.answers import RetrievedPassage
from assistant.evidence import Evidence
from assistant.reading_model.model import Calibration, Network, ReadingModel
from assistant.reading_model.training.calibrate import ReadClaim, ReadQuestion, auc, balanced_accuracy, interval
from assistant.reading_model.training.data import ARTICLE, READING, read_lines
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from ingest.passages import split
from ingest.sources import read_source


def report(
    questions: Sequence[ReadQuestion],
    claims: Sequence[ReadClaim],
    of_chat_model: Sequence[float],
    calibration: Calibration,
) -> None:
    """Prints the table for the part `test`."""
    table = Table("on documents never seen", "value", "95 % interval", "n")
    sure = [one.answerable(calibration) for one in questions]

    def add(
        name: str, found: list[tuple[str, float]], statistic: Callable[[list[float]], float] = np.mean
    ) -> None:
        by_document: dict[str, list[float]] = {}
        for document, value in found:
            by_document.setdefault(document, []).append(value)
        low, high = interval(by_document, statistic)
        table.add_row(name, f"{statistic([v for _, v in found]):.3f}", f"{low:.2f} to {high:.2f}", str(len(found)))

    answered = [one for one in questions if one.question.answerable]
    add("the best unit answers", [(one.document, float(one.best_is_right)) for one in answered])
    refused = [(one, float(p < calibration.refuse_below)) for one, p in zip(questions, sure, strict=True)]
    add("over-refused", [(one.document, no) for one, no in refused if one.question.answerable])
    add("near refused", [(o.document, no) for o, no in refused if o.question.kind.startswith("near")])
    add("deleted answers refused", [(o.document, no) for o, no in refused if o.question.kind == "deleted"])
    add("far refused", [(o.document, no) for o, no in refused if o.question.kind == "far"])
    right = [p for one, p in zip(questions, sure, strict=True) if one.question.answerable]
    near = [p for one, p in zip(questions, sure, strict=True) if one.question.kind.startswith("near")]
    table.add_row("near AUC", f"{auc(right, near):.3f}", "", str(len(right) + len(near)))
    for at in (0.05, 0.09, 0.11):
        table.add_row(
            f"near refused at {at:.0%} over-refused",
            f"{np.mean(near < np.quantile(right, at)):.3f}",
            "",
            str(len(near)),
        )
    for i, name in enumerate(("as quoted", "as whole passages")):
        proven = np.array([one.logits[i] for one in claims if one.claim.supported])
        wrong = np.array([one.logits[i] for one in claims if not one.claim.supported])
        table.add_row(f"claims, {name}: AUC", f"{auc(proven, wrong):.3f}", "", str(len(claims)))
        balanced = balanced_accuracy(proven, wrong, calibration.claim)
        table.add_row(f"claims, {name}: balanced accuracy", f"{balanced:.3f}", "", str(len(claims)))
        caught = float((wrong < calibration.claim_of_chat_model).mean())
        table.add_row(
            f"claims, {name}: wrong ones marked in a chat model's answer", f"{caught:.3f}", "", str(len(wrong))
        )
    marked = float((np.array(of_chat_model) < calibration.claim_of_chat_model).mean())
    table.add_row("a strong model's sentences falsely marked", f"{marked:.3f}", "", str(len(of_chat_model)))
    Console(width=110).print(table)


def of_answers(network: Network) -> tuple[list[float], list[float]]:
    """Logits of a strong model's right sentences with what they cite: of half of the answers to calibrate with.

    The other half is only to report. Sentences that are quoted word for word are not among them.
    """
    lexicon = Lexicon.of([passage.embedded_text for passage in split(read_source(ARTICLE))])
    evidence = Evidence(lexicon, MiniLM(), ReadingModel(network))
    halves: tuple[list[float], list[float]] = ([], [])
    for number, line in enumerate(read_lines(READING / "answers.jsonl")):
        passages = [RetrievedPassage(score=0.0, **passage) for passage in line["passages"]]
        right = [one["text"] for one in line["sentences"] if one["supported"]]
        for text in right:
            cited = [passages[n - 1] for n in _cited_by(text, line["reply"]) if n <= len(passages)]
            aligned = [(passage, *align(text, passage.text)) for passage in cited]
            if cited and not any(words for _, _, words in aligned):
                halves[number % 2].append(evidence.proves(text, [(passage, span) for passage, span, _ in aligned]))
    return halves


def _cited_by(text: str, reply: str) -> list[int]:
    """The numbers of the markers behind a sentence of a reply, without repetition."""
    begin = reply.replace("**", "").find(text[:40])
    behind = reply.replace("**", "")[begin:]
    found = re.search(r"(?:\s*\[\d+(?:, ?\d+)*\])+", behind) if begin >= 0 else None
    return list(dict.fromkeys(int(n) for n in re.findall(r"\d+", found.group()))) if found else []
