"use strict";

/* Redoc over the document that `?version=` names, in the colours of our stylesheet. */

const links = [...document.querySelectorAll(".versions a")];
const asked = new URLSearchParams(location.search).get("version");
const shown = links.find((link) => link.dataset.version === asked) || links[0];
for (const link of links) link.setAttribute("aria-current", String(link === shown));

const styles = getComputedStyle(document.documentElement);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const fonts = getComputedStyle(document.body).fontFamily;

const theme = {
  colors: {
    primary: { main: colour("accent") },
    success: { main: colour("good") },
    error: { main: colour("bad") },
    text: { primary: colour("ink"), secondary: colour("quiet") },
    border: { dark: colour("line"), light: colour("line") },
    http: { get: "#15803d", post: "#1d4ed8" },
  },
  schema: { nestedBackground: colour("sunken"), typeNameColor: colour("quiet"), typeTitleColor: colour("quiet") },
  sidebar: { backgroundColor: colour("sunken"), textColor: colour("ink") },
  spacing: { sectionVertical: 16 },
  rightPanel: { backgroundColor: "#1e2526" },
  typography: {
    fontSize: "16px",
    lineHeight: "1.6",
    fontFamily: fonts,
    headings: { fontFamily: fonts },
    code: { fontSize: "14px", color: colour("accent"), backgroundColor: colour("sunken") },
    links: { color: colour("accent"), visited: colour("accent") },
  },
};

Redoc.init(`/schema/${shown.dataset.version}`, { theme, hideHostname: true, expandResponses: "200" }, document.getElementById("redoc"));
