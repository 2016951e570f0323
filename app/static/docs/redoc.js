import { init } from "/static/docs/redoc/redoc.standalone.js";

const page = document.getElementById("api");

init(page.dataset.document, { disableTelemetry: true, router: "hash" }, page);
