"""Verdicts against a person's: every sentence of one run of a small model that invents freely, labelled by hand.

`tests/data/smollm2-answers.jsonl` holds for each question of `corpus/questions/smoke.jsonl` the passages, what
SmolLM2-135M-Instruct wrote about them, and the sentences of it that a person would call supported by them.
`tests/data/claims.jsonl` holds sentences as a capable model writes them, right ones and such as turn the article
round, each with the question that its passage is retrieved for.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.answers import RetrievedPassage
from assistant.chain import Assistant
from assistant.citations import cite
from ingest.settings import ROOT

CLAIMS = [json.loads(line) for line in (ROOT / "tests" / "data" / "claims.jsonl").read_text("utf-8").splitlines()]
NOT_SEEN = {  # a side behind "than in"; the three types stand in three headings, of which two are quoted
    "The services in BPO are far more complex than in KPO. [1]",
    "The three types of BPO are onshore, nearshore and offshore. [1]",
}
LINES = (ROOT / "tests" / "data" / "smollm2-answers.jsonl").read_text("utf-8").splitlines()


def verdicts() -> Iterator[tuple[bool, bool]]:
    """For each sentence whether a person calls it supported, and whether we do."""
    for line in LINES:
        kept: dict[str, Any] = json.loads(line)
        passages = [RetrievedPassage.model_validate(passage) for passage in kept["passages"]]
        for sentence in cite(kept["reply"], passages, whole=True).sentences:
            yield sentence.text in kept["supported"], sentence.support != "unsupported"


def test_what_a_person_calls_unsupported_is_marked_so(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = list(verdicts())
    unsupported = [ours for persons, ours in pairs if not persons]
    marked = [persons for persons, ours in pairs if not ours]
    recall = unsupported.count(False) / len(unsupported)
    precision = marked.count(False) / len(marked)
    with capsys.disabled():
        print(f"\nunsupported sentences: recall {recall:.3f} of {len(unsupported)}, precision {precision:.3f}")
    assert len(pairs) > 140
    assert recall >= 0.95
    assert precision >= 0.9


@pytest.mark.parametrize("line", CLAIMS, ids=lambda line: line["claim"])
def test_what_turns_the_article_round_is_marked_and_what_repeats_it_is_not(
    line: dict[str, Any], assistant: Assistant
) -> None:
    passages = assistant.chain.invoke(line["question"]).passages
    sentences = cite(line["claim"], passages, whole=True).sentences
    right = {(sentence.support != "unsupported") is line["supported"] for sentence in sentences}
    assert right == {line["claim"] not in NOT_SEEN}


@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["question"])
def test_strict_keeps_only_what_is_proven(line: str) -> None:
    kept = json.loads(line)
    passages = [RetrievedPassage.model_validate(passage) for passage in kept["passages"]]
    strict = cite(kept["reply"], passages, whole=True, strict=True)
    assert all(sentence.support != "unsupported" for sentence in strict.sentences)
    assert "[?]" not in strict.text
