"""Where the product is put together: its pages, what stands around them, what runs beside them."""

import reflex as rx
from reflex_base.environment import environment
from starlette.types import ASGIApp

from booking_app import frontend, pages
from booking_app.components.broken_page import error_boundary
from booking_app.jobs import web_process_jobs
from booking_app.web import flood_guard, layers, live, problems
from booking_app.web.gate import Gate
from booking_app.web.hold_timer import ending_holds


class Site(rx.App):
    """The product's app; whatever it answers goes through the web's layers."""

    def __call__(self) -> ASGIApp:
        """Return the ASGI application."""
        site = super().__call__()
        if not environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.get():
            return site  # a developer's server: the pages come from another one
        flood_guard.install(self)
        problems.reload_only_by_hand()
        problems.keep_reflex_brief()
        return layers.protected(site, built=frontend.ROOT / frontend.BUILT)


app = Site(
    html_lang="en-GB",
    stylesheets=["/css/tokens.css", "/css/ui.css"],
    head_components=[
        rx.el.link(
            rel="preload",
            href="/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2",
            type="font/woff2",
            cross_origin="anonymous",
            custom_attrs={"as": "font"},
        ),
        rx.el.script(src="/js/boot.js"),
    ],
    toaster=None,
    # Only this of Reflex's own wraps: the frame of our pages says when the connection is lost.
    app_wraps={(55, "ErrorBoundary"): error_boundary},
    backend_exception_handler=problems.on_handler_failure,
    frontend_exception_handler=problems.on_browser_report,
)
app.add_middleware(Gate())
for task in (live.delivering, ending_holds, web_process_jobs):
    app.register_lifespan_task(task)
pages.register_pages(app)
