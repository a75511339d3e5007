// What Python's listeners call by name (`js="kept.send"`). In the head of the page, so that it is there before them.

// A text, saved as a file.
globalThis.download = (text, name) => {
  if (!text) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

// What a tab keeps in its browser until it is closed: its conversation, what is chosen, and what is typed but not sent.
// Of a conversation nothing stays on the server or in the browser after that.
globalThis.kept = {
  get(name) {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  },

  set(name, text) {
    try {
      sessionStorage.setItem(name, text);
      return true;
    } catch {
      return false; // the same, or longer than it keeps (about five million characters)
    }
  },

  // One that is too long is not kept, nor is the one before it, which would be restored in its place.
  setConversation(saved) {
    if (!kept.set("conversation", saved)) kept.set("conversation", "");
  },

  turns() {
    try {
      return JSON.parse(kept.get("conversation"));
    } catch {
      return []; // nothing, or what no page of ours has kept
    }
  },

  add(turn) {
    kept.set("conversation", JSON.stringify([...kept.turns(), turn]));
  },

  // The conversation is sent along, as the last input, so that it goes on where the process that knew it has ended.
  // A reload ends what is longer.
  sentAlong(...inputs) {
    const conversation = kept.get("conversation");
    return [...inputs.slice(0, -1), conversation.length < 2_000_000 ? conversation : ""];
  },

  // A question is kept before it is sent: where no server hears it, the page that comes with the next one has it.
  send(question, ...others) {
    const inputs = kept.sentAlong(question, ...others);
    kept.add({ question: question.toWellFormed(), page: performance.timeOrigin });
    return inputs;
  },

  // The page that sent a question does not restore it: it may still be loading while its first one is under way.
  restored(...inputs) {
    const sent = kept.sentAlong(...inputs);
    const before = kept.turns().filter((turn) => turn.page !== performance.timeOrigin);
    return sent.at(-1) ? [...sent.slice(0, -1), JSON.stringify(before)] : sent;
  },
};
