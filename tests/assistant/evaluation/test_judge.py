"""A chat model as the judge of citations: its prompt, its verdicts, what is kept, and what a row gets of it."""

import threading
from pathlib import Path

import pytest
from langchain_core.messages.ai import UsageMetadata

from assistant.answers import Sentence, Usage
from assistant.chain import Assistant
from assistant.evaluation.judge import VERDICTS, CitationJudge, open_judge, read_verdicts
from assistant.evaluation.metrics import NoVerdict
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import read_rows
from assistant.evaluation.run import run
from assistant.evaluation.scoring import score
from assistant.model_calls import STOP, Stopped
from assistant.model_faults import ModelFault
from assistant.settings import AssistantSettings
from ingest.errors import SettingsError, UserError
from tests.assistant.evaluation.by_hand import ANSWERABLE, CORPUS, FRAMES, an_answer
from tests.fakes import replying


def test_what_failed_is_asked_again_and_what_was_judged_is_not_also_where_a_run_goes_on(tmp_path: Path) -> None:
    replies = iter([ModelFault("it was mute"), "what?", "yes", "no", "yes"])
    counted = UsageMetadata(input_tokens=100, output_tokens=1, total_tokens=101)
    model = replying(lambda _: next(replies), usage=counted)
    judge = CitationJudge("m", model, tmp_path)
    for error in ("it was mute", "neither yes nor no"):
        with pytest.raises(NoVerdict, match=error):
            judge("evidence", "a")
    assert [judge("evidence", claim) for claim in "aab"] == [True, True, False]
    with (tmp_path / VERDICTS).open("a", encoding="utf-8") as file:
        file.write('{"evidence": "c", "cla')  # a line that was cut off
    judge = CitationJudge("m", model, tmp_path)
    assert [judge("evidence", claim) for claim in "abc"] == [True, False, True]
    assert judge.spent == Usage(input_tokens=400, output_tokens=4, cost_usd=None)
    assert [one.verdict for one in read_verdicts(tmp_path)] == [None, None, True, False, True]
    (tmp_path / VERDICTS).write_text("yes\n", encoding="utf-8")
    with pytest.raises(UserError, match="Give another --report"):
        read_verdicts(tmp_path)


def test_a_stop_and_a_key_that_is_refused_end_the_run(tmp_path: Path) -> None:
    judge = CitationJudge("m", replying(lambda _: "yes"), tmp_path)
    stop = threading.Event()
    stop.set()
    judge.config = {"configurable": {STOP: stop}}
    with pytest.raises(Stopped):
        judge("evidence", "claim")
    refused = SettingsError("The server refused the key.")
    with pytest.raises(SettingsError):
        CitationJudge("m", replying(lambda _: refused), tmp_path)("other", "claim")


def test_a_judge_decides_what_citations_support_and_figures_need_all_its_verdicts(tmp_path: Path) -> None:
    cited = {"support": "supported", "citations": (1,)}
    answer = an_answer(FRAMES, sentences=(Sentence(text="Boxes.", **cited), Sentence(text="Combs.", **cited)))
    lexical = score(ANSWERABLE, answer, CORPUS)  # by its words neither is supported
    verdicts = {"Boxes.": "yes", "Combs.": "hm"}
    model = replying(lambda prompt: next(said for claim, said in verdicts.items() if claim in prompt))

    def judged() -> dict[str, float | None]:
        scores = score(ANSWERABLE, answer, CORPUS, CitationJudge("m", model, tmp_path))
        return {name: value for name, value in scores.items() if value != lexical[name]}

    assert judged() == {"citation_recall": None, "citation_precision": None}
    verdicts["Combs."] = "no"
    assert judged() == {"citation_recall": 1 / 2, "citation_precision": 1 / 2}


def test_a_run_asks_its_judge_and_goes_on_with_no_other(assistant: Assistant, tmp_path: Path) -> None:
    items = [QuestionItem(id="j-1", question="What drives BPO?", answerable=True)]
    model = replying(lambda _: "no")
    run(items, assistant, tmp_path, judge=CitationJudge("openai:small", model, tmp_path))
    assert next(read_rows(tmp_path)).scores["citation_recall"] == 0.0
    with pytest.raises(UserError, match="differs in judge"):
        run(items, assistant, tmp_path, judge=CitationJudge("openai:large", model, tmp_path))


def test_a_judge_that_there_is_not_is_named_with_its_mend() -> None:
    for name in ("gpt-5-mini", "openai:gpt-5-mini"):  # of no provider, and without a key
        with pytest.raises(SettingsError, match=r"or leave out --judge\.$"):
            open_judge(name, AssistantSettings())
