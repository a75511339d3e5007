"""The table that training ends with: how good the model is on documents that it has never seen, with intervals."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.answers import RetrievedPassage
from assistant.evaluation.statistics import auc
from assistant.quotes import find_quote
from assistant.reading_model.model import Calibration, Network, ReadingModel
from assistant.reading_model.training.calibrate import (
    ReadClaim,
    ReadQuestion,
    as_read,
    balanced_accuracy,
    interval,
)
from assistant.reading_model.training.corpus import READING, read_lines
from assistant.refusal import answerable
from assistant.scorer import Scorer
from assistant.verdicts import verdict
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon


def report(
    questions: Sequence[ReadQuestion],
    claims: Sequence[ReadClaim],
    of_chat_model: Sequence[float],
    calibration: Calibration,
) -> None:
    """Prints the table for the part `test`."""
    table = Table("on documents never seen", "value", "95 % interval", "n")

    def add(name: str, found: Sequence[tuple[str, float]]) -> None:
        """A mean, from the values with the documents that they are of."""
        by_document: dict[str, list[float]] = {}
        for document, value in found:
            by_document.setdefault(document, []).append(value)
        low, high = interval(by_document, np.mean)
        mean = np.mean([value for _, value in found])
        table.add_row(name, f"{mean:.3f}", f"{low:.2f} to {high:.2f}", str(len(found)))

    followups = [one for one in questions if one.alone and one.question.answerable]
    for name, read_as in (
        ("read behind the earlier question alone", followups),
        ("as they are read", [one.combined(calibration.earlier_weight) for one in followups]),
    ):
        right_or_not = [(one.document, float(one.best_is_right)) for one in read_as]
        add(f"the best unit answers: follow-ups, {name}", right_or_not)
    questions = [one.combined(calibration.earlier_weight) for one in questions]
    sure = [(one, answerable(one.logits, calibration)) for one in questions]
    refused = [(one, float(p < calibration.refuse_below)) for one, p in sure]
    answered = [one for one in questions if one.question.answerable]
    add("the best unit answers", [(one.document, float(one.best_is_right)) for one in answered])
    add("over-refused", [(one.document, no) for one, no in refused if one.question.answerable])
    for name, kind in (("near", "near"), ("deleted answers", "deleted"), ("far", "far")):
        add(f"{name} refused", [(one.document, no) for one, no in refused if one.question.kind.startswith(kind)])
    right = np.array([p for one, p in sure if one.question.answerable])
    near = np.array([p for one, p in sure if one.question.kind.startswith("near")])
    table.add_row("near AUC", f"{auc(right, near):.3f}", "", str(len(right) + len(near)))
    for at in (0.05, 0.09, 0.11):
        share = (near < np.quantile(right, at)).mean()
        table.add_row(f"near refused at {at:.0%} over-refused", f"{share:.3f}", "", str(len(near)))
    for whole, name in enumerate(("as quoted", "as whole passages")):
        proven, wrong = as_read(claims, bool(whole))
        balanced = balanced_accuracy(proven, wrong, calibration.claim_threshold)
        caught = (wrong < calibration.chat_model_threshold).mean()
        for measure, value, n in (
            ("AUC", auc(proven, wrong), len(claims)),
            ("balanced accuracy", balanced, len(claims)),
            ("wrong ones marked in a chat model's answer", caught, len(wrong)),
        ):
            table.add_row(f"claims, {name}: {measure}", f"{value:.3f}", "", str(n))
    marked = float((np.array(of_chat_model) < calibration.chat_model_threshold).mean())
    table.add_row("a strong model's sentences falsely marked", f"{marked:.3f}", "", str(len(of_chat_model)))
    Console(width=110).print(table)


def of_answers(network: Network) -> tuple[list[float], list[float]]:
    """Logits of a strong model's right sentences with what they cite: of half of the answers to calibrate with.

    The other half is only to report. Those of which words alone decide are not among them.
    """
    judge = replace(Scorer(Lexicon.of([]), MiniLM(), ReadingModel(network)).judge, threshold=-math.inf)
    halves: tuple[list[float], list[float]] = ([], [])
    for number, line in enumerate(read_lines(READING / "answers.jsonl")):
        passages = [RetrievedPassage(score=0.0, **passage) for passage in line["passages"]]
        right = [one["text"] for one in line["sentences"] if one["supported"]]
        for text in right:
            cited = [passages[n - 1] for n in _cited_by(text, line["reply"]) if n <= len(passages)]
            aligned = [(passage, *find_quote(text, passage.text)) for passage in cited]
            proof, quoted = [(passage, span) for passage, span, _ in aligned], any(one for *_, one in aligned)
            logit = verdict(proof, text, quoted, judge).logit
            halves[number % 2].extend([logit] if math.isfinite(logit) else [])
    return halves


def _cited_by(text: str, reply: str) -> list[int]:
    """The numbers of the markers behind a sentence of a reply, without repetition."""
    begin = reply.replace("**", "").find(text[:40])
    behind = reply.replace("**", "")[begin:]
    found = re.search(r"(?:\s*\[\d+(?:, ?\d+)*\])+", behind) if begin >= 0 else None
    return list(dict.fromkeys(int(n) for n in re.findall(r"\d+", found.group()))) if found else []
