"""Behind a proxy: whose X-Forwarded headers are believed, and what this server's own address is for others.

Anybody can send such a header. Believed from anyone, it names the address in links and previews, and hides who asks.
"""

from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

__all__ = ["LOCAL", "NOBODY", "TrustedProxies", "public_url"]

LOCAL, NOBODY = "127.0.0.1,::1", "none"
_NAMES = (b"forwarded", b"x-gradio-server")  # and all that begin with x-forwarded-


class TrustedProxies:
    """ASGI middleware: the headers of trusted proxies are heeded, those of everybody else are taken away.

    Args:
        app: what is behind.
        trusted: addresses and networks, comma-separated; "*" is everybody.
    """

    def __init__(self, app, trusted: str = LOCAL):
        self._app, self._heeding = app, ProxyHeadersMiddleware(app, trusted)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        address = scope["client"][0] if scope.get("client") else None
        if address in self._heeding.trusted_hosts:
            return await self._heeding(scope, receive, send)
        kept = [pair for pair in scope["headers"] if not _is_forwarded(pair[0].lower())]
        await self._app({**scope, "headers": kept}, receive, send)


def public_url(request: Request, root_path: str = "") -> str:
    """This server's address as its client knows it, without a slash at the end."""
    if root_path.startswith(("http://", "https://")):
        return root_path.rstrip("/")
    forwarded = {name: request.headers.get(name, "").split(",")[0].strip() for name in _SAID}
    scheme = forwarded["x-forwarded-proto"] or request.url.scheme
    host = forwarded["x-forwarded-host"] or request.url.netloc
    path = f"/{root_path.strip('/')}" if root_path.strip("/") else ""
    return f"{scheme}://{host}{path}"


_SAID = ("x-forwarded-proto", "x-forwarded-host")


def _is_forwarded(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in _NAMES
