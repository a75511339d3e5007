"""Where a chat model says, in words of its own, that the documents do not say something. That needs no proof."""

import re

_DOCUMENTS = r"(?:articles?|documents?|passages?|sources?|texts?|excerpts?|context)"
_THE = rf"(?:the|these|this|your)(?: (?:given|provided|available))? {_DOCUMENTS}(?: provided)?"
_NOT = r"(?:(?:do|does|did|could)(?: not|n[’']t)|can(?:not| not|[’']t))(?! (?:only|just|merely)\b)"
_SAY = (
    r"(?:address|answer|contain|cover|describe|disclose|discuss|explain|give|have|include|indicate|make|mention"
    r"|offer|provide|say|specify|state|tell)"
)
_SAID = r"(?:mentioned|stated|specified|given|provided|discussed|covered|described|listed|said|found|available)"
_ANSWER = r"(?:information|mention|details?|answer|indication)"
_OPENING = rf"\W*(?:(?:unfortunately|however|sorry|also),? )?(?:(?:based on|according to|from|in) {_THE},? )?"
_SILENT = re.compile(
    _OPENING + rf"(?:(?:i[’']m |i am )?(?:sorry|afraid)\W*$"
    rf"|{_THE} (?:{_NOT} (?:\w+ly )?{_SAY}\b|{_SAY}s? (?:no|nothing)\b|(?:is|are) silent\b)"
    rf"|(?:none of|nothing in) {_THE} {_SAY}s?\b"
    rf"|there (?:is|are)(?: no| not any|n[’']t any) (?:\w+ )?{_ANSWER} "
    rf"(?:of|on|about|for|in|regarding|available)\b"
    rf"|no {_ANSWER}\b[^,;:]*? (?:is|are) {_SAID}\b"
    rf"|[^,;:]+? (?:is|are)(?: not|n[’']t) (?:\w+ly )?{_SAID} (?:anywhere )?(?:in|by) {_THE}"
    rf"|i (?:{_NOT}|am unable to|was unable to) (?:\w+ )?(?:answer|determine|find|have|know|say|see|tell)\b)",
    re.IGNORECASE,
)
# The same in German and Dutch, and in French, Spanish, Italian and Portuguese.
_TEXT = r"(?:arti(?:kel|cle|colo|go)|artículo|do[ck]ument|te(?:kst|xte?|xto|sto)|passa|pasaje|abschnitt)"
_SILENT_ELSEWHERE = re.compile(
    r"(?=[^,;:]*\b(?:sag|nenn|enth[aä]l|erwähn|mach|steht|gib|geb|zeg|noem|bevat|vermeld|geef))"
    rf"[^,;:]*\b{_TEXT}[^,;:]*\b(?:nichts?|kein\w*|niets?|geen)\b"
    rf"|[^,;:]*\b{_TEXT}\w* (?:ne |n[’']|non? |não )(?:\w{{1,2}} )?"
    r"(?:di[cstz]|men[czt]|préci|espe[cz]|cont|don|da\b|dá\b|indi|fourni|forni|répond|respond|rispond)",
    re.IGNORECASE,
)
_BORDER = re.compile(
    r"(?:,|;|\s[–—])?\s+(?:but|however|although|though|whereas)\b,?\s+"
    rf"|[,;]\s+(?:yet|while|only)\s+|,?\s+(?:and|und|et|y|e)\s+(?={_THE}|[A-Z])|[;:]\s+|,\s+(?=(?:it|they)\s)"
    r"|,?\s+(?:since|because)\s+|\s+(?:other|more|except) than (?:that\s+)?",
    re.IGNORECASE,
)
_CONCEDES = re.compile(r"^(?:while|although|though) ([^,]*), ", re.IGNORECASE)


def claimed(sentence: str) -> str:
    """What a sentence claims but that the documents do not say something; empty where it says only that.

    “The article does not say what KPO costs, but both cost less” claims that both cost less.
    """
    clauses = _BORDER.split(_CONCEDES.sub(r"\1; ", sentence))
    left = [clause for clause in clauses if not (_SILENT.match(clause) or _SILENT_ELSEWHERE.match(clause))]
    return sentence if len(left) == len(clauses) else ", ".join(left)
