"""What every answer carries, the files that are handed out, and the form of pages."""

from __future__ import annotations

from functools import cache
from importlib import resources

from aiohttp import web

from screener.web.origins import Origins

# Every file that is handed out, by its name in the address. There is no way from a request to a path.
STATIC = {
    "page.css": ("screener.web", "static/page.css", "text/css"),
    "terminal.js": ("screener.web", "static/terminal.js", "text/javascript"),
    "icon.svg": ("screener.web", "static/icon.svg", "image/svg+xml"),
    "textual.js": ("textual_serve", "static/js/textual.js", "text/javascript"),
    "xterm.css": ("textual_serve", "static/css/xterm.css", "text/css"),
    "mono.ttf": ("textual_serve", "static/fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "mono-italic.ttf": ("textual_serve", "static/fonts/RobotoMono-Italic-VariableFont_wght.ttf", "font/ttf"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Server": "screener",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; connect-src 'self' {socket}; style-src 'self'{inline}"
)


def page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def static_file(name: str) -> web.Response:
    """One of the files of STATIC. Raises HTTPNotFound for any other name."""
    if name not in STATIC:
        raise web.HTTPNotFound
    answer = web.Response(
        body=_bytes(name), content_type=STATIC[name][2], headers={"Cache-Control": "max-age=3600"}
    )
    answer.enable_compression()
    return answer


@cache
def _bytes(name: str) -> bytes:
    package, path, _ = STATIC[name]
    return (resources.files(package) / path).read_bytes()


def protect(request: web.Request, answer: web.StreamResponse, origins: Origins) -> None:
    """Set the headers that keep other sites, foreign scripts and guessed file types out."""
    for name, value in HEADERS.items():
        if name != "Cache-Control" or name not in answer.headers:
            answer.headers[name] = value
    scheme = "wss" if origins.secure else "ws"
    socket = f"{scheme}://{request.host}" if origins.known_host(request.host) else ""
    # The terminal writes its colours and sizes into style elements.
    inline = " 'unsafe-inline'" if request.path == "/" else ""
    answer.headers["Content-Security-Policy"] = POLICY.format(socket=socket, inline=inline)
