"""What the offline reader makes of logits: an answer, arranged, or a refusal. The logits are made by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import prompts
from assistant.citations import cite
from assistant.readers import ReaderInput
from assistant.readers.extractive import decide, make_reader
from assistant.units import units
from ingest.sources import make_source
from tests.assistant.readers.made import CALIBRATION, reading

VOLUME, INSIGHT = "BPO is volume-driven.", "KPO is insight-driven."
LIST = "Some are:\n\n- red\n- blue"


def lines(made: ReaderInput) -> list[tuple[str, str, bool]]:
    return [(line.label, line.text, line.item) for line in decide(made, CALIBRATION).lines]


def text(made: ReaderInput) -> str:
    return make_reader(CALIBRATION).invoke(made).text


def test_what_answers_is_quoted_with_the_number_of_its_passage() -> None:
    assert text(reading(("It is red.", [-1.0]), ("It is blue.", [1.0]))) == "It is blue. [2]"
    assert text(reading((LIST, [1.0, 1.0, 1.0]))) == "Some are: [1]\n- red [1]\n- blue [1]"
    assert text(reading(("It is | red [3].", [1.0]))) == "It is \\| red \\[3\\]. [1]"


def test_where_nothing_answers_it_refuses_and_says_why_and_how_sure_it_was() -> None:
    unlikely = reading(("It is red.", [-0.1]))
    assert text(unlikely) == prompts.refusal(1)
    decision = decide(unlikely, CALIBRATION)
    assert decision.reason == "the text answers with a probability of 0.48, 0.50 is needed"
    assert decision.confidence == unlikely.answerable
    assert decide(reading(("Why?", [3.0])), CALIBRATION).reason == "nothing was found that can be quoted"


def test_a_list_that_its_source_lost_is_refused_with_a_notice() -> None:
    lead_in = "Some of the services include:"
    made = reading(("It is red.", [0.5]), (lead_in, [1.0]))
    lost = make_source("1.md", f"{lead_in}\n\n<!-- note: the list was lost -->\n")
    draft = make_reader(CALIBRATION).invoke(replace(made, sources={**made.sources, "1.md": lost}))
    assert (draft.text, draft.about) == (prompts.refusal(2), 2)
    assert draft.notices == (prompts.LOST_LIST.format(lead_in=lead_in),)
    assert text(made) == "It is red. [1]"  # nothing was lost here, and what announces nothing says nothing


# --- a heading that asks


@pytest.mark.parametrize("asked", ["tell me about better scalability", "Better scalability?"])
def test_who_asks_for_a_section_by_its_whole_heading_gets_its_beginning(asked: str) -> None:
    begins = ("Firms are flexible. Start small. Grow later.", [-3.0, -2.0, -1.0])
    made = reading(begins, question=asked, section="Benefits > 4. Better scalability")
    assert text(made) == "Firms are flexible. [1]\n\nStart small. [1]\n\nGrow later. [1]"
    assert text(replace(made, question="tell me about scalability")) == prompts.refusal(1)
    long = (" ".join([f"It is so {'very ' * 25}long."] * 4), [0.0] * 4)
    assert len(decide(reading(long, question=asked, section="Better scalability"), CALIBRATION).lines) == 2


def test_what_stands_below_the_very_question_answers_it_however_unsure_the_model_is() -> None:
    told = ("## What does it cost?\n\nIt costs 45 euros.", [-9.0, -3.0])
    asked = reading(told, question="what does it cost", section="FAQ > What does it cost?")
    assert text(asked) == "It costs 45 euros. [1]"
    assert text(replace(asked, question="What did it cost?")) == prompts.refusal(1)


# --- two things


def test_two_things_stand_below_their_names_in_the_order_of_the_question_and_the_rest_behind() -> None:
    told = f"{INSIGHT} {VOLUME} BPO and KPO save costs."
    made = reading((told, [1.0, 0.5, 0.2]), question="How do BPO and KPO differ?")
    assert text(made) == f"**BPO:** {VOLUME} [1]\n\n**KPO:** {INSIGHT} [1]\n\nBPO and KPO save costs. [1]"


def test_of_a_list_with_items_on_either_side_come_only_these_and_under_their_own_names() -> None:
    listed = "They are:\n\n- Near: in a next country.\n- Home: here.\n- Far: not near at all."
    made = reading((listed, [1.0, 1.0, 1.0, 1.0]), question="What is the difference between near and far?")
    assert lines(made) == [("", "Near: in a next country.", True), ("", "Far: not near at all.", True)]


def test_a_side_that_none_of_the_best_is_on_gets_its_best_sentence_if_that_alone_would_be_answered_with() -> None:
    def sides(of_volume: float) -> list[str]:
        told = (f"{INSIGHT} It is. {VOLUME}", [3.0, 0.0, of_volume])
        return [label for label, _, _ in lines(reading(told, question="How do BPO and KPO differ?"))]

    assert (sides(0.5), sides(-0.5)) == (["BPO:", "KPO:"], ["KPO:"])


def test_of_two_things_that_a_title_compares_the_one_that_is_asked_for_is_answered_with() -> None:
    firms = "BPO firms are:\n\n- Acme.\n- Bolt."
    told = (f"# BPO vs KPO\n\n{INSIGHT}\n\n{firms}", [-9.0, 0.2, 0.1, 1.0, 0.9])
    assert text(reading(told, question="Which is a KPO?")) == f"{INSIGHT} [1]"
    acme = "BPO firms are: [1]\n- Acme. [1]"  # what is asked for is on the other side
    assert text(reading(told, question="Is Acme a KPO?")) == f"{acme}\n\n{INSIGHT} [1]"


# --- whatever the logits

TEXTS = [f"{INSIGHT} {VOLUME}", LIST, "# 1. Costs\n\nIt is | red [3].", "| a | b |\n|---|---|\n| c | d |", ""]


@given(st.lists(st.sampled_from(TEXTS), max_size=4), st.data(), st.sampled_from(["What?", "BPO or KPO?"]))
def test_every_sentence_of_an_answer_is_a_quote(given: list[str], data: st.DataObject, question: str) -> None:
    logits = [data.draw(st.lists(st.floats(-3, 3), min_size=n, max_size=n)) for n in map(len, map(units, given))]
    made = reading(*zip(given, logits, strict=True), question=question)
    answer = text(made)
    if answer != prompts.refusal(len(given)):
        cited = cite(answer, made.passages)
        assert cited.unknown == () and cited.sentences
        assert {sentence.support for sentence in cited.sentences} == {"quoted"}
