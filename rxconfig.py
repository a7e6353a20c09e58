"""How Reflex builds the front end, and how its server runs.

Nothing here depends on the clinic's settings, so one build serves every installation; what a
server needs of them arrives as REFLEX_… variables (booking_app/serving.py), which win over this.
"""

import reflex as rx

from booking_app import frontend
from booking_app.same_origin import SameOriginPlugin

frontend.prepare_environment()

config = rx.Config(
    app_name="booking_app",
    plugins=[SameOriginPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],  # it would list the staff's pages
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # The default keeps what patients typed in files on the disk. Every page can be rebuilt from its
    # address, the cookie and the database, so nothing is lost with the memory.
    state_manager_mode="memory",  # pyright: ignore[reportArgumentType]  Reflex turns the name into its enum
    redis_token_expiration=15 * 60,  # how long a tab's state outlives its socket, in memory too
    # Reflex lets every site in by default. An empty list would mean the same as "*".
    cors_allowed_origins=["http://localhost:3000", "http://127.0.0.1:3000"],
    frontend_compression_formats=["brotli", "gzip"],
)
