"""The driver of an app that is drawn in a browser: what it can do there, and when it ends."""

from __future__ import annotations

from typing import Any

from textual import messages
from textual.drivers.web_driver import WebDriver


class ServedDriver(WebDriver):
    """Textual's driver for browsers, less the handing out of files; it ends with the server it belongs to."""

    def run_input_thread(self) -> None:
        super().run_input_thread()
        # The server is gone, or has said good-bye: nobody will ever press a key again.
        self._app.post_message(messages.ExitApp())

    def deliver_binary(self, binary: Any, **_: Any) -> None:
        """No file leaves by this way; exports are commands."""
        binary.close()
