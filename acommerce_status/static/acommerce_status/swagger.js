"use strict";

/* Swagger UI over all documents. `?version=` chooses; what was authorised stays, whichever is shown. */

const buttons = [...document.querySelectorAll(".versions button")];

function chosen() {
  const version = new URLSearchParams(location.search).get("version");
  return buttons.find((button) => button.dataset.version === version) || buttons[0];
}

function mark(current) {
  for (const button of buttons) button.setAttribute("aria-current", String(button === current));
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const followSystem = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followSystem);
followSystem();
mark(chosen());

const ui = SwaggerUIBundle({
  url: chosen().dataset.schema,
  domNode: document.getElementById("swagger-ui"),
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});

for (const button of buttons) {
  button.addEventListener("click", () => {
    history.replaceState(null, "", `?version=${button.dataset.version}`);
    mark(button);
    ui.specActions.updateUrl(button.dataset.schema);
    ui.specActions.download(button.dataset.schema);
  });
}
