"""Short documents to train on, made of longer ones."""

from assistant.reading_model.training.stretches import stretches
from ingest.sources import make_source

FERRY = "The ferry sails at nine from the north pier. Bicycles travel free, and dogs are kept on a lead."
CAFE = "The cafe on the upper deck sells soup and bread. It takes cards, but no foreign coins at all."
TEXT = f"# Harbour\n\n{FERRY}\n\n- A list is not taken.\n\n{CAFE}"
LINES = [
    {"q": "When does it sail?", "evidence": ["The ferry sails at nine from the north pier."], "kind": "detail"},
    {"q": "May I bring a bicycle?", "evidence": ["Bicycles travel free"], "kind": "detail"},
    {"q": "Can I pay by card?", "evidence": ["It takes cards, but no foreign coins at all."], "kind": "detail"},
    {"q": "What does a cabin cost?", "evidence": [], "kind": "near"},
]


def test_a_paragraph_and_a_sentence_keep_the_questions_that_they_answer_and_get_as_many_others() -> None:
    (paragraph, asked), (sentence, of_sentence) = stretches(make_source("a.md", TEXT), LINES, 0)
    assert (paragraph.text, sentence.text) == (FERRY, LINES[2]["evidence"][0])
    assert [(one["q"], bool(one["evidence"])) for one in asked] == [
        ("When does it sail?", True),
        ("May I bring a bicycle?", True),
        ("Can I pay by card?", False),
        ("What does a cabin cost?", False),
    ]
    assert [bool(one["evidence"]) for one in of_sentence] == [True, False]
