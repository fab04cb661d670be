"use strict";

/* A guide works without this. With it, programs in several languages become tabs, and every program can be copied. */

for (const block of document.querySelectorAll(".guide pre")) {
  const frame = document.createElement("div");
  frame.className = "code";
  block.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  frame.append(button, block);
}

function tabs(panels) {
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Language");
  panels[0].before(list);
  const buttons = panels.map((panel) => {
    const heading = panel.querySelector("h3");
    const button = document.createElement("button");
    button.type = "button";
    button.id = heading.id;
    button.textContent = panel.dataset.language;
    button.setAttribute("role", "tab");
    panel.id = `${heading.id}-program`;
    button.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    heading.remove();
    list.append(button);
    return button;
  });
  const choose = (chosen) => panels.forEach((panel, index) => {
    panel.hidden = index !== chosen;
    buttons[index].setAttribute("aria-selected", String(index === chosen));
    buttons[index].tabIndex = index === chosen ? 0 : -1;
  });
  buttons.forEach((button, index) => button.addEventListener("click", () => choose(index)));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  const follow = () => {
    const named = buttons.findIndex((button) => `#${button.id}` === location.hash);
    if (named >= 0) choose(named);
  };
  window.addEventListener("hashchange", follow);
  choose(0);
  follow();
}

let group = [];
for (const panel of document.querySelectorAll(".guide .program")) {
  if (group.length && panel.previousElementSibling !== group.at(-1)) {
    tabs(group);
    group = [];
  }
  group.push(panel);
}
if (group.length) tabs(group);
