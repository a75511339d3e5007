"""What is wrong or doubtful in a question set: file, line and mend."""

from pathlib import Path

from rapidfuzz import fuzz, process

from assistant.evaluation.csv_import import is_csv, read_csv
from assistant.evaluation.metrics import fact_recall, holds_phrase
from assistant.evaluation.places import Corpus, explain_miss
from assistant.evaluation.questions import Finding, QuestionItem, read_jsonl
from assistant.evaluation.statistics import smallest_difference
from ingest.text import fold

_NEAR_DUPLICATE = 92  # of 100, by rapidfuzz's ratio of the sorted words
_TELLS = 0.10  # a set should be able to tell two proportions apart that differ by so much


def lint(path: Path, corpus: Corpus) -> list[Finding]:
    """Every finding in a question set, in the order of its lines."""
    found = read_csv(path) if is_csv(path) else read_jsonl(path)
    items, findings = found.items, found.findings
    for number, item in items.items():
        findings += [Finding(number, *problem) for problem in _problems(item, corpus)]
    findings += _near_duplicates(items)
    if not findings and not items:
        findings.append(Finding(0, "the set holds no questions. Add some."))
    elif (smallest := smallest_difference(len(items))) > _TELLS:
        points = f"{100 * smallest:.0f} points"
        message = f"so small a set ({len(items)}) tells two systems apart from {points} on. Add questions."
        findings.append(Finding(0, message, error=False))
    return sorted(findings, key=lambda finding: finding.line)


def _problems(item: QuestionItem, corpus: Corpus) -> list[tuple[str, bool]]:
    """What is wrong with one question: messages, and whether each is an error."""
    problems = []
    if not item.question.strip():
        problems.append(("the question is empty. Write one.", True))
    if item.answerable and not item.evidence:
        problems.append(("answerable, but without evidence. Quote the passage that answers it.", True))
    for quote in item.evidence:
        if not corpus.find(quote):
            problems.append((explain_miss(quote, corpus), True))
    said = " ".join(fold(quote).text for quote in item.evidence)
    for phrasings in item.facts if item.evidence else ():
        if not any(holds_phrase(said, phrase) for phrase in phrasings):
            problems.append(
                (f"no phrasing of the fact {list(phrasings)} stands in the evidence. Check both.", False)
            )
    if item.facts and not item.forbidden and fact_recall(item.facts, item.question) == 1:
        problems.append(
            ("the question itself holds every fact, so a wrong answer may repeat them. Add `forbidden`.", False)
        )
    return problems


def _near_duplicates(items: dict[int, QuestionItem]) -> list[Finding]:
    """Pairs of questions (with their history) that hold nearly the same words, in whatever order."""
    numbers = list(items)
    # sorted once, and not in each of 12 million comparisons of a set of 5,000 questions
    texts = [
        " ".join(sorted(" ".join([*(turn.question for turn in i.history), i.question]).casefold().split()))
        for i in items.values()
    ]
    findings = []
    for at in range(1, len(texts)):
        found = process.extractOne(texts[at], texts[:at], scorer=fuzz.ratio, score_cutoff=_NEAR_DUPLICATE)
        if found:
            message = f"nearly the question of line {numbers[found[2]]}. Ask something else."
            findings.append(Finding(numbers[at], message, error=False))
    return findings
