"""`bpo-kpo check`: a text's sentences with their verdicts, exit code 0, 1 or 2."""

import json
from pathlib import Path

from tests.ui.command import bpo_kpo

QUOTE = "On the other hand, KPO relies primarily on knowledge arbitrage."
STRANGE = "Pigs flew over Paris in 1987."


def test_where_all_is_proven_it_succeeds(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(QUOTE, encoding="utf-8")
    run = bpo_kpo("check", "--json", str(tmp_path / "text.txt"), **environment)
    assert run.returncode == 0
    (sentence,) = json.loads(run.stdout)["sentences"]
    assert set(sentence) == {"text", "verdict", "marked", "score", "doubt", "citations"}
    assert (sentence["verdict"], sentence["score"], sentence["marked"]) == ("quoted", 1.0, False)


def test_lines_of_claims_are_judged_in_order_and_a_wrong_one_says_why(environment: dict[str, str]) -> None:
    lines = [
        {"id": "a", "claim": QUOTE, "evidence": [QUOTE]},
        {"id": "b", "claim": STRANGE},
        {"id": "c", "claim": QUOTE, "evidence": ["Pigs fly."]},
        {"id": "d"},
    ]
    typed = "\n".join([*map(json.dumps, lines), "no JSON"])
    run = bpo_kpo("check", "--jsonl", typed=typed, **environment)
    assert run.returncode == 1
    first, second, third, fourth, fifth = map(json.loads, run.stdout.splitlines())
    assert set(first) == {"id", "verdict", "marked", "score", "citations"}
    assert (first["id"], first["verdict"]) == ("a", "quoted")
    assert (second["id"], second["verdict"], second["marked"]) == ("b", "unsupported", True)
    assert third["id"] == "c" and "stands in no document" in third["error"]
    assert fourth["id"] == "d" and "Mend the line" in fourth["error"]
    assert fifth["id"] == "line 5" and "Mend the line" in fifth["error"]
