"""What `bpo-kpo check` reads and prints, a text or lines of claims; and `bpo-kpo verify`, exported evidence."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from assistant.chain import Assistant, open_assistant
from assistant.check import ClaimLine
from assistant.exports import read_bundle
from assistant.exports import verify as verify_quotes
from ingest.errors import UserError
from ingest.index import CurrentIndex
from ui.indexing import ensure_index_is_current
from ui.settings import read_settings
from ui.terminal import show_checked, show_verified


def check(file: str, as_json: bool, jsonl: bool) -> bool:
    """Checks a text, or lines of claims, and prints the verdicts; says whether all is proven."""
    text = read_text(file, "Give a text file, or - for stdin.")
    settings = read_settings("extractive")
    assistant = open_assistant(settings)
    ensure_index_is_current(settings)
    if jsonl:
        good = True
        for line, proven in check_lines(text, assistant):
            print(line, flush=True)
            good &= proven
        return good
    checked = assistant.check_text(text)
    if as_json:
        sentences = [one.model_dump() for one in checked]
        print(json.dumps({"sentences": sentences}, ensure_ascii=False, indent=2))
    else:
        show_checked(checked)
    return all(one.verdict != "unsupported" for one in checked)


def read_text(file: str, mend: str) -> str:
    """A file, or stdin for "-". Raises `UserError`, which ends with `mend`, where it cannot be read."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UserError(f"{file} cannot be read ({reason}). {mend}") from None


def check_lines(text: str, assistant: Assistant) -> Iterator[tuple[str, bool]]:
    """For each line of claims a line of JSON, and whether the claim is proven; a line that is wrong says why."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        name: object = f"line {number}"
        try:
            fields = json.loads(line)
            name = fields.get("id", name) if isinstance(fields, dict) else name
            claim = ClaimLine.model_validate(fields)
            found = assistant.check_claim(claim.claim, claim.evidence)
        except (json.JSONDecodeError, ValidationError, RecursionError):
            told = 'It is no {"id": "...", "claim": "...", "evidence": ["..."]}. Mend the line.'
            yield json.dumps({"id": name, "error": told}, ensure_ascii=False), False
        except UserError as error:
            yield json.dumps({"id": name, "error": str(error)}, ensure_ascii=False), False
        else:
            shown = {"id": claim.id, **found.model_dump(include={"verdict", "marked", "score", "citations"})}
            yield json.dumps(shown, ensure_ascii=False), found.verdict != "unsupported"


def verify(bundle: Path) -> bool:
    """Prints which quotes of an evidence bundle still stand; says whether none is gone and no answer rewritten."""
    kept = read_bundle(read_text(str(bundle), "Give a file that the chat window exported."))
    settings = read_settings()
    ensure_index_is_current(settings)
    verified = verify_quotes(kept, CurrentIndex(settings.ingest).get().sources)
    show_verified(verified)
    return not verified.rewritten and all(one.state != "gone" for one in verified.quotes)
