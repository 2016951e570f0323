import { init } from "/static/docs/redoc/redoc.standalone.js";

init(
  "/openapi.json",
  { disableTelemetry: true, router: "hash" },
  document.getElementById("api"),
);
