// The article: what is shown and marked there. Runs once, in its panel, together with window.js: `element` is the
// panel, `server.document(name)` fetches another document. Citations are links in the chat: a marker `[1]` leads to
// its quote below the answer, and the quote's place link `#at-START-END-SOURCE` to a span of a source, in code points.

const CURRENT = "current";
const narrow = matchMedia("(max-width: 60rem)");
const chat = () => document.querySelector("#chat");
const article = () => element.querySelector("article");
let current = null; // the place that was opened last
let opener = null; // what had the focus before the drawer was opened
let opened = ""; // the id of the quote that was opened last, which its answer keeps as it is drawn anew
let reading = false; // whoever reads has moved the article since the last question
let wantedSource = ""; // the document that was asked for last, which may still be on its way

function place(link) {
  const found = /^#at-(\d+)-(\d+)-(.*)$/.exec(link?.hash ?? "");
  return found && { start: Number(found[1]), end: Number(found[2]), source: decodeURIComponent(found[3]) };
}

const quoteOf = (marker) => document.getElementById(marker.hash.slice(1));
const placeOf = (marker) => place(quoteOf(marker)?.querySelector("a.place"));
const markers = () => [...(shownAnswer()?.querySelectorAll("a.marker") ?? [])];

// The answer whose quotes are marked: the last one, or that of which a citation was opened.
function shownAnswer() {
  return document.getElementById(opened)?.closest(".answer") ?? [...(chat()?.querySelectorAll(".answer") ?? [])].at(-1);
}

async function show(wanted) {
  wantedSource = wanted.source;
  if (article()?.dataset.source !== wanted.source) await load(wanted.source);
  if (wantedSource !== wanted.source) return; // another document was asked for meanwhile
  current = { ...wanted, source: article().dataset.source }; // a link of another program names it in short
  draw();
  const spots = element.querySelectorAll(`mark.${CURRENT}`);
  if (narrow.matches) openDrawer();
  if (!spots.length) return;
  if (narrow.matches) spots[0].focus({ preventScroll: true });
  const [page, top] = [article().getBoundingClientRect(), spots[0].getBoundingClientRect().top];
  const height = [...spots].at(-1).getBoundingClientRect().bottom - top;
  article().scrollTop += top - page.top - Math.max(24, (page.height - height) / 2); // in the middle, or its beginning
}

async function load(source) {
  wantedSource = source;
  const html = await server.document(source).catch(() => "<article><p>This document could not be fetched.</p></article>");
  if (source !== wantedSource) return;
  article().outerHTML = html;
  const chooser = element.querySelector("select");
  if (chooser) chooser.value = article().dataset.source ?? source;
  draw();
}

// Marks all spans that an answer cites, and the current one more strongly.
function draw() {
  const page = article();
  if (!page) return;
  const source = page.dataset.source;
  const cited = markers().map(placeOf).filter((one) => one?.source === source);
  const here = current?.source === source ? [current] : [];
  const key = JSON.stringify([source, cited, here]);
  if (key === page.marked) return; // nothing is drawn twice
  page.marked = key;
  let first = true;
  for (const run of page.querySelectorAll("[data-at]")) {
    const letters = Array.from(run.textContent);
    const at = Number(run.dataset.at);
    const inside = (one) => one.start < at + letters.length && one.end > at;
    const spans = cited.filter(inside);
    const strong = here.filter(inside);
    if (!spans.length && !strong.length) {
      if (run.firstElementChild) run.textContent = letters.join("");
      continue;
    }
    const edges = [...spans, ...strong].flatMap((one) => [one.start - at, one.end - at]);
    const inner = edges.filter((edge) => edge > 0 && edge < letters.length);
    const cuts = [...new Set([0, ...inner, letters.length])].sort((a, b) => a - b);
    run.replaceChildren(
      ...cuts.slice(1).map((end, i) => {
        const start = cuts[i];
        const covers = (one) => one.start < at + end && one.end > at + start;
        const text = document.createTextNode(letters.slice(start, end).join(""));
        if (!spans.some(covers) && !strong.some(covers)) return text;
        const mark = document.createElement("mark");
        mark.append(text);
        mark.dataset.start = at + start;
        mark.dataset.end = at + end;
        if (strong.some(covers)) mark.classList.add(CURRENT);
        const begins = [...spans, ...strong].some((one) => one.start >= at + start && one.start < at + end);
        if (begins || first) {
          mark.tabIndex = 0;
          mark.setAttribute("role", "button");
        }
        first = false;
        return mark;
      }),
    );
  }
}

// Shows in the chat which sentences lean on a marked span.
function lean(mark) {
  const source = article().dataset.source;
  const [start, end] = [Number(mark.dataset.start), Number(mark.dataset.end)];
  const leaning = markers().filter((marker) => {
    const one = placeOf(marker);
    return one?.source === source && one.start < end && one.end > start;
  });
  document.querySelectorAll(".leaning").forEach((block) => block.classList.remove("leaning"));
  leaning.forEach((marker) => marker.closest("p, li, td, th")?.classList.add("leaning"));
  if (!leaning.length) return;
  if (narrow.matches) closeDrawer();
  leaning[0].scrollIntoView({ block: "center" });
  leaning[0].focus({ preventScroll: true });
}

// --- the drawer of a narrow screen: a dialog, behind which nothing can be reached

const drawer = () => document.querySelector("#article");
const behind = () => document.querySelectorAll("#head, #talk, #tabs [role=tablist]");

function openDrawer() {
  if (drawer().dataset.open) return;
  opener = document.activeElement;
  drawer().dataset.open = "yes";
  drawer().setAttribute("role", "dialog");
  drawer().setAttribute("aria-modal", "true");
  drawer().setAttribute("aria-label", "Article");
  behind().forEach((part) => (part.inert = true));
  element.querySelector(".close").focus();
  if (!history.state?.drawer) history.pushState({ drawer: true }, ""); // Back closes it
}

function closeDrawer() {
  if (!drawer().dataset.open) return;
  shutDrawer();
  goingBack = true;
  history.back();
}

function shutDrawer() {
  if (!drawer().dataset.open) return;
  delete drawer().dataset.open;
  ["role", "aria-modal", "aria-label"].forEach((name) => drawer().removeAttribute(name));
  behind().forEach((part) => (part.inert = false));
  opener?.focus?.();
  hideQuote(); // of a citation that has the focus again
}

let goingBack = false; // after the drawer was closed; it may be open again before the browser is there
addEventListener("popstate", () => {
  if (!goingBack) shutDrawer();
  else if (drawer().dataset.open) history.pushState({ drawer: true }, "");
  goingBack = false;
});
