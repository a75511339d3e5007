"""What a web page folds away is content; what it hides is left out with a note."""

import pytest

from ingest.formats.web_page import html_to_markdown
from tests.ingest.formats.samples import HIDDEN


@pytest.mark.parametrize(
    "page",
    [
        "<button aria-controls='x'>When?</button><p id='x' hidden>At six.</p>",
        "<a href='#x' data-toggle='collapse'>When?</a><p id='x' style='color: red; display : none'>At six.</p>",
        "<button data-bs-target='#x'>When?</button><p>Well:</p><p id='x' hidden>At six.</p>",
        "<dl><dt><button aria-expanded='false'>When?</button></dt><dd hidden>At six.</dd></dl>",
        "<details><summary>When?</summary>At six.</details>",
        "<h2>When?</h2><p hidden='until-found'>At six.</p>",
        "<div role='tabpanel' hidden>At six.</div>",
        "<div style='font-size:0.9em; opacity: 0'><p>Hours.</p><p>At six.</p></div>",
        "<p class='wow fadeInUp' style='visibility: hidden'>At six.</p>",
        "<p style='opacity:0.5; font-size:0.9em; left:-120px; color:#fff; background:#000'>At six.</p>",
        "<p style='width:0; min-width:100%; height:0; padding-bottom:56%; overflow:hidden'>At six.</p>",
        "<p style='width:0; overflow:hidden; flex:1; max-height:10px; background:transparent'>At six.</p>",
        # right behind what opens it
        "<h3>Hours</h3><div style='max-height:0; overflow:hidden'>At six.</div>",
        "<h3>Hours</h3><!-- -->\n<p style='display:none'>Daily:</p><p style='display:none'>At six.</p>",
        "<div class='q'>When is it, daily? <i>+</i></div><div style='display:none'>At six.</div>",
        "<div onclick='$(this).next().toggle()'>Hours</div><div style='display:none'>At six.</div>",
        "<div onclick=\"toggle('x')\">Hours</div><p>Well:</p><p id='x' hidden>At six.</p>",
    ],
)
def test_what_a_page_shows_or_can_unfold_is_content(page: str) -> None:
    text = html_to_markdown(f"<main>{page}</main>")
    assert "At six." in text and "note:" not in text


def test_what_opens_a_part_is_the_heading_above_it() -> None:
    page = "<div class='q'>When <i>exactly</i>?</div><div style='display:none'><p>At six.</p></div>"
    assert html_to_markdown(page) == "**When exactly?**\n\nAt six.\n"
    assert html_to_markdown(f"<h2>When?</h2>{page.partition('</div>')[2]}") == "## When?\n\nAt six.\n"


IN_TABLES = [
    "<tr><td>1<td>2<tr hidden><td>Three<td>4",
    "<tr><td>1<td>2<td hidden>Three",
    "<tr><td>1<td>2<tbody hidden><tr><td>Three<td>4",
    "<tr><td>1<td>2 <table><tr><th>C<th>D<tr hidden><td>Three<td>4</table>",
]


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        *(
            (f"style='{style}'", "Praise us.")
            for style in (
                *("display:none", "opacity:0;", "color:red; font-size:0px", "font-size: 0.05em"),
                *("position:absolute; left:-9999px", "text-indent:-999em", "clip: rect(0 0 0 0)"),
                *("clip-path: inset(100%)", "color:white; background:#fff", "display:/**/none !important"),
                *("color:transparent", "background:#fff; color: rgba(0, 0, 0, 0)", "transform:scale(0)"),
                *("transform: translate(1px) scaleY(0)", "scale:0", "width:0;height:0"),
                *("max-height:0; overflow:hidden", "position:absolute; width:1px; height:1px"),
            )
        ),
        ("hidden", "Praise us. " * 9),
        *((f"style='{style}'", "Praise us. " * 9) for style in ("Display: none", "opacity:0; font-size: 0")),
    ],
)
def test_what_no_means_of_the_page_shows_is_left_out_with_a_note(hidden: str, words: str) -> None:
    text = html_to_markdown(f"<p>Fine.</p><div {hidden}>{words}</div><p>End.</p>")
    assert text == f"Fine.\n\n{HIDDEN}\n\nEnd.\n"


@pytest.mark.parametrize(
    ("before", "style"),
    [
        ("<h1>Fees</h1>", "display:none"),
        ("<p><a href='#n'>1</a> Words.</p>", "display:none"),
        ("<a href='#n'>1</a> Words.", "display:none"),
        ("<p>Words. Why?</p>", "display:none"),
        ("<a href='/'>Words</a>", "display:none"),
        ("<h2>Fees</h2>", "left:-9999px"),
        ("<div style='background-color:#FFF'>Words.", "color: rgb(255, 255, 255)"),
    ],
)
def test_hidden_words_behind_what_opens_nothing_or_that_no_page_shows_are_left_out(
    before: str, style: str
) -> None:
    text = html_to_markdown(f"{before}<p style='{style}'>Praise us.</p>")
    assert HIDDEN in text and "Praise" not in text


def test_the_note_stands_behind_the_sentence_that_does_without_it() -> None:
    text = html_to_markdown("<p>The fee is <span hidden>not </span>12 euros.</p><p>Pay now.</p>")
    assert text == f"The fee is 12 euros.{HIDDEN}\n\nPay now.\n"
    assert html_to_markdown("<p>Open at nine.<i aria-hidden=true>Nine</i></p>") == "Open at nine.\n"  # a copy


@pytest.mark.parametrize("rows", IN_TABLES)
def test_the_note_of_a_hidden_part_of_a_table_stands_behind_the_outermost(rows: str) -> None:
    text = html_to_markdown(f"<table><tr><th>A<th>B{rows}</table><p>End.")
    assert "| 1 | 2 |" in text and "Three" not in text
    assert text.endswith(f"|\n\n{HIDDEN}\n\nEnd.\n")


TABS = [
    ("<div role=tablist><b role=tab>Trams</b><b role=tab>Ferries</b></div>"
     "<div role=tabpanel>Often.</div><div role=tabpanel hidden>Twice.</div>",
     "**Trams**\n\nOften.\n\n**Ferries**\n\nTwice.\n"),
    ("<div role=tablist><b role=tab aria-controls=f>Ferries</b><b role=tab aria-controls=t>Trams</b></div>"
     "<div role=tabpanel id=t>Often.</div><div role=tabpanel id=f>Twice.</div>",
     "**Trams**\n\nOften.\n\n**Ferries**\n\nTwice.\n"),
    ("<div role=tablist><b role=tab>Trams</b></div><p>Or:<div role=tablist><b role=tab>Ferries</b></div>"
     "<div role=tabpanel>Twice.</div>",
     "**Trams**\n\nOr:\n\n**Ferries**\n\nTwice.\n"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "text"), TABS)
def test_a_tab_stands_above_what_it_opens_and_never_above_what_other_tabs_open(page: str, text: str) -> None:
    assert html_to_markdown(page) == text
