"""Conversations with a chat model in the window, in a real browser; its replies were written by hand."""

import pytest

from assistant.chain import open_assistant
from assistant.prompts import BY_AMOUNTS
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests.benchmarks.conversations import ITEMS, written_replies
from tests.model_server import Asked, model_server, streamed
from tests.ui.browser import NEEDED, Open, answered, ask, marked, served
from tests.ui.scripted import FEEDBACK

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

CONVERSATIONS = ("v-01", "v-07")
FIRST = {item.history[0].question: item.history[0].answer for item in ITEMS}
CITED = {  # what is shown of each turn, and what its first citation marks in the article
    "Shorter please.": ("BPO is volume-driven; KPO is insight-driven Citation 1", "tend to be volume-driven"),
    "Put that in a table.": ("volume-driven Citation 1", "volume-driven"),
    "And in German?": ("brauchen deshalb mehr Personal Citation 1", "tend to be volume-driven"),
    "Number them, please.": ("Access to a global talent pool Citation 2", "Reduced operational costs"),
    "Tell me more about number four.": ("flexible business model Citation 1", "flexible business model"),
    "And what is the last of them good for?": ("easy access to the latest technologies", "easy access"),
}


def test_the_last_answer_is_shortened_put_in_another_form_and_explained(
    ingest_settings: IngestSettings, minilm: MiniLM, open_page: Open
) -> None:
    def play(asked: Asked) -> None:
        prompt = asked.body["messages"][-1]["content"]
        opening = next(one for question, one in FIRST.items() if question in prompt)
        (reply,) = written.reply(prompt) if "<asked>" in prompt else [opening]
        asked.connection.sendall(b"".join(part for part in streamed(reply) if isinstance(part, bytes)))

    written = written_replies()
    with model_server([play]) as server:
        ingest = ingest_settings.model_copy(update={"openai_base_url": server.url})
        assistant = open_assistant(AssistantSettings(model="openai:m", ingest=ingest), embeddings=minilm)
        with served(assistant, FEEDBACK) as address:
            for conversation in CONVERSATIONS:
                page = open_page(address)
                turns = [item for item in ITEMS if item.id.startswith(conversation)]
                for number, question in enumerate(
                    [turns[0].history[0].question, *(one.question for one in turns)], 1
                ):
                    ask(page, question)
                    answered(page, number)
                    if number == 1:
                        continue
                    answer = page.locator("#chat .answer").last
                    assert answer.locator(".unproven").count() == 0, answer.inner_text()
                    shown, quote = CITED[question]
                    assert shown in " ".join(answer.inner_text().split())
                    assert answer.locator("table").count() == ("table" in question)
                    assert (BY_AMOUNTS in answer.inner_text()) is ("German" in question)
                    answer.locator("a.marker").first.click()
                    assert quote in marked(page)
