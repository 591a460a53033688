"""What led to a request: a page that refers to a resource, a redirect."""

from __future__ import annotations

from reporter.analyse.http import comparable, extension_of, host_of, media_type
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import HttpRequest

_LINE = "http.request.line"
_PERMANENT = {301: True, 302: False, 303: False, 307: False, 308: True}
_DESTINATIONS = {
    "document": "page",
    "iframe": "page",
    "frame": "page",
    "image": "image",
    "style": "style",
    "script": "script",
    "audio": "audio",
    "video": "video",
    "font": "font",
}
_EXTENSIONS = {
    "css": "style",
    "js": "script",
    "mjs": "script",
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "avif", "bmp"), "image"),
    **dict.fromkeys(("mp3", "wav", "ogg", "m4a", "flac"), "audio"),
    **dict.fromkeys(("mp4", "webm", "mov"), "video"),
    **dict.fromkeys(("woff", "woff2", "ttf", "otf"), "font"),
}


@rule("P08", on="http", when="request", facts="sender referer page_frame kind field basis", rank=32)
def caused_by_page(at: At) -> Facts | None:
    """The Referer is the full URI of a page that the same client asked for earlier: that page led to this
    request.

    `kind` is what is asked for, judged by the value `basis` of `field` (Sec-Fetch-Dest or Accept), else by
    the name's extension; `other` when none of them tells.

    Reference: RFC 9110, section 10.1.3 (Referer); W3C Fetch Metadata Request Headers (Sec-Fetch-Dest).
    """
    for each in at.step.asked:
        line = each.request.header("Referer")
        page = at.memory.pages.get(line.value) if line else None
        if line is None or page is None or page.client != at.packet.source:
            continue
        if host_of(line.value) != host_of(each.request.full_uri) or page.frame >= at.packet.frame:
            continue
        kind, field, basis = _kind(each.request, at.packet.frame)
        return {
            "sender": word(at.me),
            "referer": known(line.value, at.packet.frame, _LINE, line.line),
            "page_frame": frame_of(page.frame),
            "kind": word(kind),
            "field": word(field) if field else None,
            "basis": basis,
        }
    return None


@rule(
    "P14",
    on="http",
    when="response",
    facts="sender receiver code location permanent method request_frame spread secure",
    rank=31,
)
def redirect(at: At) -> Facts | None:
    """A redirect: the answer is to be had at Location; whether for good, and whether the method stays, is in
    the code.

    `method` is that of the request, when it is known; `spread` tells that the request began in an earlier frame than
    `request_frame`; `secure`, that Location is an https address and this connection is not encrypted.

    Reference: RFC 9110, sections 15.4.2 (301), 15.4.3 (302), 15.4.4 (303), 15.4.8 (307), 15.4.9 (308) and
    10.2.2.
    """
    found = next((each for each in at.step.answered if each.response.code in _PERMANENT), None)
    if found is None:
        return None
    response, exchange, frame = found.response, found.exchange, at.packet.frame
    asked = exchange.request if exchange is not None else None
    line = response.header("Location")
    location = None
    if line is not None and line.value:
        location = known(line.value, frame, "http.response.line", line.line)
    request_frame = exchange.request_frame if exchange is not None else None
    if location is None and not response.headers_known:
        return None
    return {
        **at.roles,
        "code": known(response.code, frame, "http.response.code"),
        "location": location,
        "permanent": word(_PERMANENT[response.code]),
        "method": known(asked.method, request_frame, "http.request.method") if asked and request_frame else None,
        "request_frame": frame_of(request_frame) if request_frame else None,
        "spread": word(exchange is not None and exchange.spread),
        "secure": word(
            line is not None and line.value.lower().startswith("https:") and "tls" not in at.packet.protocols
        ),
    }


@rule("P35", on="http", when="request", facts="sender uri code redirect_frame", rank=32)
def follows_redirect(at: At) -> Facts | None:
    """A request for exactly the address to which an earlier response had sent the same client.

    Reference: RFC 9110, section 15.4.
    """
    for each in at.step.asked:
        uri = each.request.full_uri
        told = at.memory.redirects.get((at.packet.source, comparable(uri))) if uri else None
        if told is not None and told.frame < at.packet.frame:
            return {
                "sender": word(at.me),
                "uri": known(uri, at.packet.frame, "http.request.full_uri"),
                "code": known(told.code, told.frame, "http.response.code"),
                "redirect_frame": frame_of(told.frame),
            }
    return None


def _kind(request: HttpRequest, frame: int) -> tuple[str, str, Fact | None]:
    """What is asked for, the field that tells and its value (for Accept the first type in it)."""
    destination = request.header("Sec-Fetch-Dest")
    if destination is not None and destination.value in _DESTINATIONS:
        value = known(destination.value, frame, _LINE, destination.line)
        return _DESTINATIONS[destination.value], "Sec-Fetch-Dest", value
    accept = request.header("Accept")
    wanted = media_type(accept.value.partition(",")[0]) if accept else ""
    kind = {"text/html": "page", "text/css": "style"}.get(wanted, "image" if wanted.startswith("image/") else "")
    if accept is not None and kind:
        return kind, "Accept", known(wanted, frame, _LINE, accept.line)
    return _EXTENSIONS.get(extension_of(request.target), "other"), "", None
