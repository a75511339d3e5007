"""The window with a chat model, in a real browser."""

import re

import pytest

from assistant.chain import open_assistant
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests.model_server import STREAM, Asked, Script, event, model_server, streamed
from tests.ui.browser import NEEDED, Open, answered, ask, reload, served
from tests.ui.scripted import FEEDBACK, QUOTE

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

# it answers, puts the second question in other words, and hangs within its second answer and all others
HANGING: Script = [STREAM, event("Elephants "), event("fly "), event("far "), Asked.wait_until_left]
SCRIPTS = (streamed("Pigs <b>fly</b> [1]. ", QUOTE, " [1]"), streamed("What drives KPO?"), HANGING)


def test_a_chat_model_answers_is_stopped_at_its_server_and_gives_way_to_the_offline_reader(
    ingest_settings: IngestSettings, minilm: MiniLM, open_page: Open
) -> None:
    with model_server(*SCRIPTS) as server:
        ingest = ingest_settings.model_copy(update={"openai_base_url": server.url})
        assistant = open_assistant(AssistantSettings(model="openai:m", ingest=ingest), embeddings=minilm)
        with served(assistant, FEEDBACK) as address:
            page = open_page(address)
            ask(page, "What drives BPO?", answers=1)
            answer = page.locator("#chat .answer").first
            assert "Pigs <b>fly</b>" in answer.inner_text()
            assert answer.locator(".unproven").all_inner_texts() == ["no proof: the passage does not say that"]
            told = r"Answered by openai:m in .* sent to 127\.0\.0\.1:\d+ · 110 tokens"
            assert re.search(told, answer.inner_text())

            ask(page, "And what drives KPO?")
            page.get_by_text("Elephants").wait_for()
            for asked in server.asked[1:]:  # the answer that is shown, without its markers
                assert "<answered>Pigs &lt;b&gt;fly&lt;/b&gt;. " in asked.body["messages"][-1]["content"]
            page.get_by_role("button", name="Stop").click()
            page.locator("#chat").get_by_text("Stopped.").wait_for()
            assert server.asked[-1].left.wait(5)  # the request has ended there, too

            page.get_by_role("button", name="Menu").click()
            page.locator("#reader").get_by_label(re.compile("the offline reader")).check()
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Ask", exact=True).wait_for()
            reload(page, "Stopped.")  # which does not send the next question where this reader does not
            page.get_by_role("button", name="Retry").last.click()
            answered(page, 2)
            last = page.locator("#chat .answer").last.inner_text()
            assert "Answered by the offline reader" in last and "nothing left this computer" in last
            assert "Elephants" not in page.locator("#chat").inner_text()

            page.get_by_role("tab", name="Evaluate").click()
            page.locator("#about p").wait_for()  # the tab has arrived
            page.get_by_label(re.compile("openai:m")).last.check()
            page.get_by_role("button", name="Run").click()
            page.get_by_text(re.compile(r"^core-[\d-]+: 0 of 320 questions answered")).wait_for()
            page.get_by_role("button", name="Stop").last.click()
            page.locator("#status").get_by_text("Stopped.").wait_for()
            assert all(asked.left.wait(5) for asked in server.asked[3:])  # nothing is asked there any more
            assert page.get_by_role("button", name="Run").is_enabled()

            page.get_by_role("tab", name="Chat").click()
            page.get_by_role("button", name="Menu").click()
            page.locator("#reader").get_by_label(re.compile("openai:m")).check()
            page.get_by_role("button", name="Clear").click()
            ask(page, "What drives BPO?")
            page.get_by_text("Elephants").wait_for()
            page.close()  # who leaves ends the request as well
            assert server.asked[-1].left.wait(8)
