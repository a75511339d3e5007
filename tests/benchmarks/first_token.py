"""What whole documents in the prompt cost in time and money: `python -m tests.benchmarks.first_token [QUESTIONS]`.

Asks the chat model that CI runs (see `tests/local_model.py`) the same questions with the whole article in its
prompt and with the best passages only, each with the server's prompt cache and without it. Prints for a question
the median seconds until its first token and the mean of the tokens that its server counted in the prompt, of those
that it had in its cache, and of what this prompt would cost at the price of `PRICED`, in US dollars.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from assistant.chain import open_assistant
from assistant.evaluation.questions import load_questions
from assistant.models import open_chat_model
from assistant.openai_chat import OpenAIChat
from assistant.prices import cost
from assistant.settings import AssistantSettings
from ingest.settings import ROOT, IngestSettings
from ingest.up_to_date import ensure_index
from tests.local_model import local_model

PRICED = "gpt-5.4-mini"
WINDOW = 8_192  # tokens
ANSWER = 16  # tokens, since the answer is not what is measured


class Asked(NamedTuple):
    """What one question took."""

    seconds: float
    sent: int
    cached: int


def ask(server: str, whole: int, cached: bool, questions: list[str]) -> list[Asked]:
    """Asks the questions; where a cache is to be used, after one that fills it."""
    ingest = IngestSettings(openai_base_url=f"{server}/v1")
    settings = AssistantSettings(model="openai:local", context=WINDOW, whole=whole, timeout=600, ingest=ingest)
    model = open_chat_model(settings.model, settings)
    assert isinstance(model, OpenAIChat)
    model.max_tokens, model.extra_body = ANSWER, {"cache_prompt": cached}
    assistant = open_assistant(settings, chat_model=model)
    assistant.warm_up()
    found = []
    for question in questions if cached else questions[1:]:
        began = time.perf_counter()
        stream = assistant.chain_of_model.stream(question)
        answer = next(stream)
        first = time.perf_counter() - began
        *_, answer = answer, *stream
        found.append(Asked(first, answer.usage.input_tokens, answer.usage.cached_tokens))
    return found[-len(questions) + 1 :]


def main(count: int = 5) -> None:
    """Prints a line for each of the four."""
    ensure_index(IngestSettings())
    smoke = load_questions(ROOT / "corpus" / "questions" / "smoke.jsonl")
    questions = [item.question for item in smoke if item.answerable and not item.history][: count + 1]
    print(f"{len(questions) - 1} questions: seconds to the first token, tokens sent, cached; dollars for a prompt")
    with tempfile.TemporaryDirectory() as folder, local_model(Path(folder) / "log", 1, WINDOW) as server:
        for told, whole in (("whole article", AssistantSettings().whole), ("best passages", 0)):
            for cached in (False, True):
                asked = ask(server, whole, cached, questions)
                seconds = statistics.median(one.seconds for one in asked)
                sent, kept = (round(statistics.mean(one[i] for one in asked)) for i in (1, 2))
                dollars = cost(PRICED, sent, 0, kept)
                print(
                    f"{told}, {'with' if cached else 'no'} cache: {seconds:.2f}, {sent}, {kept}; {dollars:.5f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
