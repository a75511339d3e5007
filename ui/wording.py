"""What terminal and window say alike: who answers, how surely, how much of it is quoted, and what it cost."""

from collections.abc import Iterator, Sequence

from assistant.answers import Answer, Usage
from assistant.models import EXTRACTIVE

LIKELY = 0.75  # of the answers to `core.jsonl` that are as sure four of five are right, of others three of five


def who_answers(model: str, sent_to: Sequence[str]) -> str:
    """A reader by its name, and what leaves this computer for it."""
    where = f"sent to {' and '.join(sent_to)}" if sent_to else "stays on this computer"
    return f"{'the offline reader' if model == EXTRACTIVE else model} ({where})"


def how(answer: Answer, sent_to: Sequence[str] | None) -> str:
    """Who answered, how long it took, who saw the question, and what that cost where a model was asked."""
    reader = "the offline reader" if answer.model == EXTRACTIVE else answer.model
    told = [f"Answered by {reader} in {answer.seconds.total:.2f} s"]
    if sent_to is not None:
        told.append(f"sent to {' and '.join(sent_to)}" if sent_to else "nothing left this computer")
    return " · ".join([*told, *spent(answer.usage)])


def proof(answer: Answer) -> str:
    """How many of an answer's sentences are quoted, how many have no proof, and how surely they answer."""
    total = len(answer.sentences)
    quoted = sum(sentence.support == "quoted" for sentence in answer.sentences)
    unsupported = sum(sentence.support == "unsupported" for sentence in answer.sentences)
    line = f"{quoted} of {total} {'sentence' if total == 1 else 'sentences'} quoted"
    line += f", {unsupported} without proof" if unsupported else ""
    if answer.confidence is None:
        return line
    return f"{line} · {'perhaps the answer, the nearest there is' if is_unsure(answer) else 'likely the answer'}"


def is_unsure(answer: Answer) -> bool:
    """Whether it is only perhaps what was asked for; of a summary nothing says so."""
    return answer.confidence is not None and answer.confidence < LIKELY


def spent(usage: Usage) -> Iterator[str]:
    """The tokens, and what they cost where that is known; nothing where none were sent."""
    if tokens := usage.input_tokens + usage.output_tokens:
        cached = f" ({usage.cached_tokens:,} of them cached)" if usage.cached_tokens else ""
        yield f"{tokens:,} tokens{cached}" + (f", ${usage.cost_usd:.4f}" if usage.cost_usd is not None else "")
