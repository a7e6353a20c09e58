"""Where the product is put together: pages, the web's layers, and what runs beside them."""

import reflex as rx

from booking_app.web import live
from booking_app.web.gate import Gate

app = rx.App(
    html_lang="en-GB",
    stylesheets=["/css/tokens.css", "/css/ui.css"],
    head_components=[rx.el.script(src="/js/boot.js")],
    toaster=None,
)
app.add_middleware(Gate())
app.register_lifespan_task(live.delivering)
