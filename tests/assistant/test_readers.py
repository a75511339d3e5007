"""A reader of one's own in the place of the two that come along."""

from langchain_core.runnables import RunnableLambda

from assistant.chain import open_assistant
from assistant.readers import Draft, ReaderInput
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings


def of_ones_own(reading: ReaderInput) -> Draft:
    first = reading.passages[0].text.strip().splitlines()[-1]
    return Draft(f"{first} [1]")


def test_it_answers_with_verified_citations(ingest_settings: IngestSettings, minilm: MiniLM) -> None:
    settings = AssistantSettings(ingest=ingest_settings)
    own = open_assistant(settings, reader=RunnableLambda(of_ones_own), embeddings=minilm)
    answer = own.chain.invoke({"question": "And for KPO?", "history": ["What drives BPO?"]})
    assert answer.model == "of_ones_own" and answer.standalone_question == "What drives KPO?"
    assert {sentence.support for sentence in answer.sentences} == {"quoted"}
    assert own.sends_to == () and own.offline.model == "extractive"
