"""A checked text as HTML: nothing of it is markup."""

from assistant.answers import Citation
from assistant.check import Checked
from ui.web.check import checked_html


def test_a_sentence_stands_with_its_verdict_its_doubt_and_its_quote() -> None:
    citation = Citation(number=1, source="a.md", section="A", quote="<b>5</b>\n& more", start=0, end=15)
    one = Checked(
        text="It costs <5>.",
        verdict="unsupported",
        marked=True,
        score=0.0,
        doubt="“<5>” is not",
        citations=(citation,),
    )
    assert checked_html([one]) == (
        '<ol class="verdicts"><li class="unsupported">It costs &lt;5&gt;. '
        '<span class="verdict">unsupported (“&lt;5&gt;” is not)</span>'
        "<blockquote>&lt;b&gt;5&lt;/b&gt; &amp; more</blockquote></li></ol>"
    )
