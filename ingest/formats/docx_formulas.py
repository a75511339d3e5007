"""A formula of Word as a line of text: "B = 0.08 × S × m/12"."""

from xml.etree.ElementTree import Element

from ingest.formats.output import RAISED

_COMPARED = frozenset("=<>≤≥≠≈±×")
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_NOT_SEEN = dict.fromkeys(range(0x2061, 0x2065))  # marks of a function, a product, a comma
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_SEQUENCES = ("oMath", "r", "e", "num", "den", "sup", "sub", "deg", "fName", "lim", "box")


def linear(formula: Element) -> str | None:
    """The formula in a line; `None` where that would not say what it says, as with a matrix."""
    try:
        line = _line(formula)
    except LookupError:
        return None
    line = line.translate(_NOT_SEEN)
    # blanks around what compares and multiplies, which Word only draws
    return " ".join("".join(f" {sign} " if sign in _COMPARED else sign for sign in line).split())


def _line(part: Element) -> str:
    """Raises `LookupError` for a part of another shape than these, or one that lacks what it is made of."""
    inside = {_name(child): child for child in part}
    match _name(part):
        case "t":
            line = part.text or ""
        case "f":
            line = f"{_bound(inside['num'])}/{_bound(inside['den'])}"
        case "rad":
            degree = _line(inside["deg"]) if "deg" in inside else ""
            line = f"{_ROOTS[degree]}{_bound(inside['e'])}"
        case "sSup" | "sSub" | "sSubSup":
            line = _line(inside["e"])
            line += _small(inside["sub"], _LOWERED, "_") if "sub" in inside else ""
            line += _small(inside["sup"], RAISED, "^") if "sup" in inside else ""
        case "d":
            between = _property(part, "sepChr", "|").join(_line(child) for child in part if _name(child) == "e")
            line = f"{_property(part, 'begChr', '(')}{between}{_property(part, 'endChr', ')')}"
        case "nary":
            limits = [f"{mark}{_bound(inside[at])}" for at, mark in (("sub", "_"), ("sup", "^")) if at in inside]
            line = f"{_property(part, 'chr', '∫')}{''.join(limits)} {_line(inside['e'])}"
        case "func":
            line = f"{_line(inside['fName'])} {_line(inside['e'])}"
        case "limLow":
            line = f"{_line(inside['e'])}_{_bound(inside['lim'])}"
        case name if name in _SEQUENCES:
            line = "".join(map(_line, part))
        case name if name.endswith("Pr"):  # how it looks
            line = ""
        case name:
            raise LookupError(name)
    return line


def _small(part: Element, letters: dict[str, str], mark: str) -> str:
    text = _line(part)
    return "".join(letters[sign] for sign in text) if set(text) <= letters.keys() else f"{mark}{_bound(part)}"


def _bound(part: Element) -> str:
    """In parentheses where it is more than one number or name."""
    text = _line(part).strip()
    return f"({text})" if text and not text.replace(".", "").replace(",", "").isalnum() else text


def _property(part: Element, name: str, default: str) -> str:
    properties = next((child for child in part if _name(child).endswith("Pr")), part)
    for found in properties:
        if _name(found) == name:
            return next((value for key, value in found.attrib.items() if key.endswith("}val")), default)
    return default


def _name(part: Element) -> str:
    return part.tag.rpartition("}")[2]
