"""A formula of Word as a line of text: "B = 0.08 × S × m/12"."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

_COMPARED = frozenset("=<>≤≥≠≈±×")
RAISED = dict(zip("0123456789+-−=()n∘°", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ°°", strict=True))
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_NOT_SEEN = dict.fromkeys(range(0x2061, 0x2065))  # marks of a function, a product, a comma
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


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
    """Raises `LookupError` for a part of another shape than these."""
    return "" if _name(part).endswith("Pr") else _SHAPES[_name(part)](part)


def _all(part: Element) -> str:
    return "".join(map(_line, part))


def _fraction(part: Element) -> str:
    return f"{_bound(_child(part, 'num'))}/{_bound(_child(part, 'den'))}"


def _power(part: Element) -> str:
    return _line(_child(part, "e")) + "".join(_lower(p) + _raise(p) for p in part)


def _raise(part: Element) -> str:
    return _small(part, RAISED, "^") if _name(part) == "sup" else ""


def _lower(part: Element) -> str:
    return _small(part, _LOWERED, "_") if _name(part) == "sub" else ""


def _small(part: Element, letters: dict[str, str], mark: str) -> str:
    text = _line(part)
    return "".join(letters[sign] for sign in text) if set(text) <= letters.keys() else f"{mark}{_bound(part)}"


def _root(part: Element) -> str:
    degree = "".join(_line(p) for p in part if _name(p) == "deg")
    return f"{_ROOTS[degree]}{_bound(_child(part, 'e'))}"


def _brackets(part: Element) -> str:
    between = _property(part, "sepChr", "|").join(_line(p) for p in part if _name(p) == "e")
    return f"{_property(part, 'begChr', '(')}{between}{_property(part, 'endChr', ')')}"


def _sum(part: Element) -> str:
    limits = [
        f"{mark}{_bound(p)}" for name, mark in (("sub", "_"), ("sup", "^")) for p in part if _name(p) == name
    ]
    return f"{_property(part, 'chr', '∫')}{''.join(limits)} {_line(_child(part, 'e'))}"


def _function(part: Element) -> str:
    return f"{_line(_child(part, 'fName'))} {_line(_child(part, 'e'))}"


def _limit(part: Element) -> str:
    return f"{_line(_child(part, 'e'))}_{_bound(_child(part, 'lim'))}"


_SHAPES: dict[str, Callable[[Element], str]] = {
    "t": lambda part: part.text or "",
    "f": _fraction,
    "rad": _root,
    "d": _brackets,
    "nary": _sum,
    "func": _function,
    "limLow": _limit,
    **dict.fromkeys(("sSup", "sSub", "sSubSup"), _power),
    **dict.fromkeys(("oMath", "r", "e", "num", "den", "sup", "sub", "deg", "fName", "lim", "box"), _all),
}


def _bound(part: Element) -> str:
    """In parentheses where it is more than one number or name."""
    text = _line(part).strip()
    return f"({text})" if text and not text.replace(".", "").replace(",", "").isalnum() else text


def _property(part: Element, name: str, default: str) -> str:
    properties = next((p for p in part if _name(p).endswith("Pr")), part)
    for found in properties:
        if _name(found) == name:
            return next((value for key, value in found.attrib.items() if key.endswith("}val")), default)
    return default


def _child(part: Element, name: str) -> Element:
    found = next((p for p in part if _name(p) == name), None)
    if found is None:
        raise LookupError(name)
    return found


def _name(part: Element) -> str:
    return part.tag.rpartition("}")[2]
