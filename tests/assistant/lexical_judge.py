"""A judge without a model, for tests of what is around it: it looks for a claim's words in what it cites."""

from assistant.evaluation.metrics import supports
from assistant.verdicts import Judge, Proof


def proves(claim: str, proof: Proof) -> float:
    """1 where these passages together hold the claim's words, else -1."""
    return 1.0 if supports(" ".join(f"{p.section} {p.text}" for p, _ in proof), claim) else -1.0


JUDGE = Judge(proves, threshold=0.0, uncited_threshold=0.0)
