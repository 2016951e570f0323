"""What every request passes on its way in and out: plain ASGI, and little of it."""
