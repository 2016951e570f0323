"""Where the native API lives. Routers carry the whole path, so that routes can be laid out flat."""

V1 = "/api/v1"
