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
    copies = list(changed(ARTICLE, [line, follow_up], [], CHANGES))
    texts = [source.text for source, _, _ in copies]
    assert texts == [
        "# Firms\n\nRed Kite sells tea. Ask Red, not Northern.",
        "# Firms\n\nOld Oak sells tea. Ask Old, not Northern.",
    ]
    (copy, questions, _), _ = copies
    assert copy.questions == ""
    assert questions == [
        {"q": "what does red kite sell", "evidence": ["Red Kite sells tea."], "kind": "detail"},
        {"q": "and coffee?", "evidence": [], "kind": "near", "history": [{"question": "Red Kite tea"}]},
    ]


def test_a_claim_stays_where_it_changes_with_what_it_cites_or_neither_does() -> None:
    cites = {"evidence": ["North Star sells tea."], "supported": True, "kind": "short"}
    said = ["North Star sells a drink.", "Somebody sells tea."]
    kept = [claims for _, _, claims in changed(ARTICLE, [], [{"claim": one, **cites} for one in said], CHANGES)]
    assert [[claim["claim"] for claim in of] for of in kept] == [
        ["Red Kite sells a drink."],
        ["Old Oak sells a drink."],
    ]


def test_every_quote_stands_word_for_word_in_its_copy_of_the_article() -> None:
    read = list(copies())
    assert len(read) == 2
    quotes = [
        (source, one)
        for source, _, _, *lines in read
        for line in (*lines[0], *lines[1])
        for one in line["evidence"]
    ]
    assert len(quotes) > 10_000
    assert [one for source, one in quotes if one not in source.text] == []
