"""The copies of the article that the network learns from beside it."""

from assistant.reading_model.training.changed import changed
from assistant.reading_model.training.corpus import copies
from ingest.sources import make_source

ARTICLE = make_source("a.md", "# Firms\n\nNorth Star sells tea. Ask North, not Northern.", questions="Who?")
CHANGES = [
    {"before": "North Star", "after": ["Red Kite", "Old Oak"]},
    {"before": "North", "after": ["Red", "Old"]},
]


def test_text_questions_and_evidence_change_alike_and_no_question_is_known_beside_a_copy() -> None:
    line = {"q": "what does north star sell", "evidence": ["North Star sells tea."], "kind": "detail"}
    follow_up = {"q": "and coffee?", "evidence": [], "kind": "near", "history": [{"question": "North Star tea"}]}
    (copy, questions, _), (other, _, _) = changed(ARTICLE, [line, follow_up], [], CHANGES)
    assert copy.text == "# Firms\n\nRed Kite sells tea. Ask Red, not Northern."
    assert other.text == "# Firms\n\nOld Oak sells tea. Ask Old, not Northern."
    assert copy.questions == ""
    assert questions == [
        {**line, "q": "what does red kite sell", "evidence": ["Red Kite sells tea."]},
        {**follow_up, "history": [{"question": "Red Kite tea"}]},
    ]


def test_a_claim_stays_where_it_changes_with_what_it_cites_or_neither_does() -> None:
    cites = {"evidence": ["North Star sells tea."], "supported": True, "kind": "short"}
    said = ["North Star sells a drink.", "Somebody sells tea."]
    (_, _, kept), _ = changed(ARTICLE, [], [{"claim": one, **cites} for one in said], CHANGES)
    assert [claim["claim"] for claim in kept] == ["Red Kite sells a drink."]


def test_every_quote_stands_word_for_word_in_its_copy_of_the_article() -> None:
    read = list(copies())
    assert len(read) == 2
    lines = [(source, line) for source, _, _, *of in read for line in (*of[0], *of[1])]
    quotes = [(source, one) for source, line in lines for one in line["evidence"]]
    assert len(quotes) > 10_000
    assert [one for source, one in quotes if one not in source.text] == []
