// Keeps the overview as new as five seconds, and touches only what changed: scroll, focus and selection stay.
"use strict";

const EVERY_MILLISECONDS = 5000;
const PATIENCE_MILLISECONDS = 15000;
const overview = document.getElementById("overview");
const trouble = document.getElementById("overview-trouble");
let seen = new Date();
let asking = false;

/** Make `old` equal to `fresh`, changing no node that is equal already. */
function renew(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
        old.replaceWith(fresh);
    } else if (old.nodeType === Node.ELEMENT_NODE) {
        renewAttributes(old, fresh);
        renewChildren(old, fresh);
    } else if (old.nodeValue !== fresh.nodeValue) {
        old.nodeValue = fresh.nodeValue;
    }
}

function renewAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
        if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
        if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
}

function renewChildren(old, fresh) {
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((node, number) => before[number] ? renew(before[number], node) : old.append(node));
    before.slice(after.length).forEach((node) => node.remove());
}

function say(words) {
    overview.classList.toggle("stale", words !== "");
    if (trouble.textContent !== words) trouble.textContent = words;
}

async function refresh() {
    if (asking || document.hidden) return;
    asking = true;
    try {
        const answer = await fetch(overview.dataset.source, {
            redirect: "manual",
            signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
        });
        if (answer.type === "opaqueredirect") {
            say("You are logged out. Load the page anew to log in.");
        } else if (!answer.ok) {
            say(`The server answers ${answer.status}. What you see is of ${seen.toISOString().slice(11, 19)} UTC.`);
        } else {
            const fresh = document.createElement("div");
            fresh.innerHTML = await answer.text();
            renewChildren(overview, fresh);
            seen = new Date();
            say("");
        }
    } catch {
        say(`The server cannot be reached. What you see is of ${seen.toISOString().slice(11, 19)} UTC.`);
    } finally {
        asking = false;
    }
}

setInterval(refresh, EVERY_MILLISECONDS);
document.addEventListener("visibilitychange", refresh);
