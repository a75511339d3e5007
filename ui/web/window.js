// The conversation and all around it. Runs once, behind article.js. Listeners are on the document, because the chat
// replaces its messages as they grow.

// --- the quote beside a marker

const bubble = document.createElement("div");
bubble.id = "bubble";
bubble.setAttribute("role", "tooltip");
bubble.hidden = true;
document.body.append(bubble);

function showQuote(marker) {
  const quote = quoteOf(marker);
  if (!quote) return;
  const where = document.createElement("div");
  where.className = "place";
  where.textContent = quote.querySelector("a.place").textContent;
  const words = document.createElement("div");
  words.textContent = quote.querySelector("blockquote").innerText || quote.querySelector("blockquote").textContent;
  bubble.replaceChildren(where, words);
  bubble.hidden = false;
  // beside the conversation stands the article, and the sentence is what the quote is held against
  const [talk, sentence] = [chat().getBoundingClientRect(), sentenceOf(marker).getBoundingClientRect()];
  const [above, below] = [sentence.top - 16, innerHeight - sentence.bottom - 16];
  [bubble.style.left, bubble.style.maxHeight] = ["0", ""]; // it is as wide as what is to the right of it allows
  const under = bubble.offsetHeight <= below || below >= above;
  bubble.style.maxHeight = `${Math.min(bubble.offsetHeight, under ? below : above)}px`;
  const right = Math.min(talk.right, innerWidth - 8) - bubble.offsetWidth;
  bubble.style.left = `${Math.max(8, Math.min(marker.getBoundingClientRect().left, right))}px`;
  bubble.style.top = `${under ? sentence.bottom + 8 : sentence.top - 8 - bubble.offsetHeight}px`;
  marker.setAttribute("aria-describedby", "bubble");
}

// What a marker stands behind: from the sentence before, which ends with markers of its own, or from the beginning.
function sentenceOf(marker) {
  const block = marker.closest("p, li, td, th");
  const sentence = document.createRange();
  sentence.setStart(block, 0);
  sentence.setEndAfter(marker);
  const before = [...block.querySelectorAll("a.marker")];
  for (const one of before.slice(0, before.indexOf(marker)).reverse()) {
    const between = document.createRange();
    between.setStartAfter(one);
    between.setEndBefore(marker);
    if (!between.toString().trim()) continue; // two for one sentence
    sentence.setStartAfter(one);
    break;
  }
  return sentence;
}

function hideQuote() {
  bubble.hidden = true;
}

// --- copying

async function copy(link) {
  const text = link.closest(".answer").querySelector(".copied").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // a page that is not on this computer has no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  link.textContent = "Copied";
  setTimeout(() => (link.textContent = "Copy"), 2000);
}

// --- editing: the question goes back into the box

const box = () => document.querySelector("#question textarea");

function edit(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
}

// --- what is in the box outlives its page, which is loaded anew when a server that was lost is there again

let entered = ""; // what was sent last, which Gradio passes over while it hears of no server
let draft = kept.get("draft");

addEventListener("pagehide", () => {
  const question = box()?.value.toWellFormed() ?? "";
  if (question && question === entered && question !== kept.turns().at(-1)?.question) kept.add({ question });
  kept.set("draft", question === entered ? "" : question);
});

// --- the menu: a popover below its button

const menu = () => document.querySelector("#menu");

document.addEventListener(
  "beforetoggle",
  (event) => {
    if (event.target !== menu()) return;
    const button = document.querySelector("#open-menu").getBoundingClientRect();
    menu().style.top = `${button.bottom + 4}px`;
    menu().style.right = `${document.documentElement.clientWidth - button.right}px`;
    menu().style.maxHeight = `${innerHeight - button.bottom - 12}px`;
  },
  true, // it does not bubble
);

// --- paper has the quotes, too

addEventListener("beforeprint", () => {
  for (const folded of chat().querySelectorAll("details:not([open])")) folded.dataset.printed = folded.open = true;
});
addEventListener("afterprint", () => {
  for (const folded of chat().querySelectorAll("details[data-printed]")) {
    folded.open = false;
    delete folded.dataset.printed;
  }
});

// --- listeners

const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

function act(event) {
  const link = within(event, "#chat a.marker, #chat a.place, #chat a.copy, #chat a.edit");
  const mark = within(event, "mark[data-start]");
  if (link) {
    event.preventDefault();
    hideQuote();
    if (link.classList.contains("copy")) return copy(link);
    if (link.classList.contains("edit")) return edit(link.parentElement.querySelector(".copied").textContent);
    opened = (link.classList.contains("marker") ? quoteOf(link) : link.closest("li[id]"))?.id ?? "";
    const wanted = link.classList.contains("marker") ? placeOf(link) : place(link);
    if (wanted) return show(wanted);
  } else if (mark) lean(mark);
  else if (within(event, "#open-article")) openDrawer();
  else if (within(event, "#asked-of a")) {
    event.preventDefault();
    document.querySelector("#documents-tab-button").click();
  } else if (within(event, "#article .close") || !within(event, "#article")) closeDrawer();
}

document.addEventListener("click", act);
document.addEventListener(
  "click",
  (event) => {
    if (within(event, "#menu button")) menu().hidePopover();
    if (within(event, "#clear") && !confirm("Clear this conversation? It is kept nowhere else.")) event.stopPropagation();
  },
  true, // before Gradio hears of it
);
for (const move of ["wheel", "touchmove", "keydown"])
  document.addEventListener(move, (event) => within(event, "#article") && (reading = true), { passive: true });
document.addEventListener("pointerdown", ({ target, offsetX }) => {
  if (target === article() && offsetX >= target.clientWidth) reading = true; // on its scroll bar
});
narrow.addEventListener("change", closeDrawer); // on a wide screen the article is a panel
document.addEventListener("input", (event) => within(event, "#question") && (entered = ""));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && within(event, "#question textarea")) entered = event.target.value;
  if (event.key === "Escape") {
    if (!bubble.hidden) hideQuote();
    else closeDrawer();
  } else if ((event.key === "Enter" || event.key === " ") && within(event, "mark[data-start]")) {
    event.preventDefault(); // Space would scroll the article
    act(event);
  } else if (event.key === " " && within(event, "#chat a[role=button]")) act(event);
  else if (event.key === "Tab" && event.shiftKey && within(event, "#question textarea")) {
    const first = shownAnswer()?.querySelector("a.marker, .nearest a"); // the rest of the answer follows with Tab
    if (first) event.preventDefault();
    first?.focus();
  } else if (within(event, "#tabs [role=tab]")) {
    const tabs = [...event.target.parentElement.querySelectorAll("[role=tab]")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
    next?.click();
    next?.focus();
  }
});
document.addEventListener("change", (event) => within(event, "#article select") && load(event.target.value));
// A mouse that points at it, or the keyboard; not a finger, and not what has only come to lie below the mouse.
document.addEventListener("pointermove", (event) => {
  const marker = within(event, "#chat a.marker");
  if (marker && event.pointerType === "mouse" && bubble.hidden) showQuote(marker);
});
document.addEventListener("focusin", (event) => within(event, "#chat a.marker:focus-visible") && showQuote(event.target));
for (const left of ["pointerout", "focusout"])
  document.addEventListener(left, (event) => within(event, "#chat a.marker") && hideQuote());
document.addEventListener("scroll", hideQuote, true);

// A log that is read out while it grows chatters: what is said is said once, when the answer, or a notice in its
// place, is there. What a reload brings back is not said again.
const said = document.createElement("div");
said.id = "said";
said.setAttribute("role", "status");
document.body.append(said);
let announced = 0;
let busy = false;

function unmarked(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("a.marker").forEach((marker) => marker.remove());
  return copy.textContent;
}

function announce() {
  const ends = [...(chat()?.querySelectorAll(".answer.finished, .bot :not(.answer) > .notice") ?? [])];
  if (busy && ends.length > announced) {
    lead();
    said.textContent = unmarked(ends.at(-1).querySelector(".reply") ?? ends.at(-1));
  }
  announced = ends.length;
}

// The article follows to the first citation of a new answer, unless whoever reads has moved it.
function lead() {
  [current, opened] = [null, ""]; // the mark of an earlier answer goes, whether this one cites anything or not
  draw();
  const first = markers().map(placeOf).find(Boolean);
  if (first && !narrow.matches && !reading) show(first);
}

// After an answer or a clearing the box has the focus again, unless whoever reads has gone elsewhere meanwhile.
function refocus(cleared) {
  const lost = busy && document.activeElement === document.body;
  if ((lost || cleared) && box() && !box().disabled) box().focus();
  busy = Boolean(box()?.disabled);
}

// A question stands at the top once it is asked, and again once its answer is whole and has its suggestions: that is
// read from its beginning.
let seen = "";
function follow() {
  const log = chat()?.querySelector('[role="log"]');
  const questions = chat()?.querySelectorAll(".question") ?? [];
  const ends = [".answer.finished", "button.option"].map((end) => chat()?.querySelectorAll(end).length);
  const now = `${questions.length} ${ends}`;
  if (!log || now === seen) return;
  seen = now;
  const last = [...questions].at(-1);
  if (last) log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
}

// Gradio names a message by its HTML; it is a question or an answer with its first words.
function named(message) {
  if (message.getAttribute("aria-label") === message.named) return;
  const words = unmarked(message.querySelector(".asked, .reply") ?? message);
  const kind = message.dataset.testid === "user" ? "Question" : "Answer";
  const name = `${kind}: ${words.trim().replace(/\s+/g, " ").slice(0, 120)}`;
  message.named = name;
  message.setAttribute("role", "group");
  message.setAttribute("aria-label", name);
}

let asked = 0;
let linked = place(location); // a link to a span, as other programs are given
function changed() {
  if (linked && article()) {
    show(linked);
    linked = null;
  }
  if (draft && box()) {
    edit(draft);
    draft = "";
  }
  const questions = chat()?.querySelectorAll(".question").length ?? 0;
  const cleared = asked && !questions;
  if (questions !== asked) reading = false;
  asked = questions;
  if (cleared) [current, opened] = [null, ""];
  document.title = document.querySelector("#head h1")?.textContent ?? document.title;
  draw();
  announce();
  refocus(cleared);
  follow();
  if (menu() && !menu().popover) menu().popover = "auto";
  chat()?.querySelectorAll("[data-testid=user], [data-testid=bot]").forEach(named);
  document.querySelectorAll('#chat .examples[role="list"]').forEach((list) => list.setAttribute("role", "group"));
  document.querySelectorAll('#chat [role="log"]').forEach((log) => log.setAttribute("aria-live", "off"));
}

let waiting = false;
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    changed();
  });
}).observe(document.querySelector("gradio-app") ?? document.body, { childList: true, subtree: true });
changed();
