// Offers the new state of a page when the server reports a change. The page stays as it is until
// you ask for it, so that the text under your eyes never moves. Every page works without this file.
"use strict";
const part = document.querySelector("[data-live]");
const offer = document.querySelector(".live");

const keys = (within) => new Set([...within.querySelectorAll("h3 a")].map((link) => link.href));

const words = (fresh) => {
  const known = keys(part);
  const added = [...keys(fresh)].filter((key) => !known.has(key)).length;
  const noun = part.dataset.live === "stories" ? ["new story", "new stories"] : ["new message", "new messages"];
  return added ? `${added} ${noun[added === 1 ? 0 : 1]} – show` : "Changes – show";
};

const show = (fresh) => {
  const known = keys(part);
  part.replaceChildren(...fresh.childNodes);
  part.dataset.mark = fresh.dataset.mark;
  for (const link of part.querySelectorAll("h3 a")) {
    if (!known.has(link.href)) link.closest("li").classList.add("fresh");
  }
  offer.replaceChildren();
  window.scrollTo(0, 0);
  document.getElementById("main").focus({ preventScroll: true });
};

const update = async () => {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  const button = document.createElement("button");
  button.textContent = words(fresh);
  button.addEventListener("click", () => show(fresh));
  offer.replaceChildren(button);
};

// Browsers open six connections to a server at most, so a page that you do not see keeps none.
let events;
const listen = () => {
  events?.close();
  if (document.hidden) return;
  events = new EventSource(`/events?mark=${encodeURIComponent(part.dataset.mark)}`);
  events.addEventListener("change", update);
};
if (part && offer && window.EventSource) {
  document.addEventListener("visibilitychange", listen);
  listen();
}

const copy = async (text, button) => {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else { // over plain HTTP, except on the same computer
    const field = document.createElement("textarea");
    field.value = text;
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "Copied";
};

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button.form.elements.text.value, button));
}

for (const id of document.querySelectorAll("[data-copied]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${id.textContent}`);
  button.addEventListener("click", () => copy(id.textContent, button));
  id.after(button);
}
