"""What every answer carries, so that a browser lets nothing in that isn't ours and keeps nothing that is personal."""

from flask import Response, request

from certtrack.web.parts import parts

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_POLICY = "; ".join(f"{name} {source}" for name, source in _SOURCES.items())
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ONE_YEAR = "max-age=31536000"


def add_headers(response: Response) -> Response:
    """Put them on, after each request; static files carry none of them but for their own."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)  # a page whose address is a key tells it to nobody
    response.headers.setdefault("Content-Security-Policy", _POLICY)  # a file that somebody sent has a stricter one
    if request.is_secure or parts().settings.is_https:
        response.headers["Strict-Transport-Security"] = _ONE_YEAR
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("HX-Request")  # a page and a part of it have one address
    return response
