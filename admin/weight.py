"""Compresses what goes over the network: files of ours, and pages where that tells nobody anything.

What is compressed has a length that depends on what stands in it twice. Whoever can have a page
repeat a text of theirs, and sees how long it becomes, can guess what else stands on it (BREACH). So what
answers to a form goes as it is, and so does what answers to a query, unless the browser says that no
other site has led to it. Pages that are compressed differ in length at random.
"""

from __future__ import annotations

import gzip
import secrets
from functools import lru_cache
from io import BytesIO

from flask import Flask, request
from werkzeug.wrappers import Response

LEAST = 500
"""Bytes below which nothing is won."""
PADDING = 100
"""Bytes, at most, by which the same page becomes longer, at random."""
_TEXTS = {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/plain"}
_OURS = {"same-origin", "none"}
"""What a browser says of an address to which one of our pages has led, or that was typed in."""
_FAST, _SMALL = 5, 9


def serve(flask: Flask) -> None:
    """Compress for every browser that takes it."""

    @flask.after_request
    def compress(response: Response) -> Response:
        is_file = request.endpoint == "screens.static"
        fits = response.mimetype in _TEXTS if is_file else response.mimetype == "text/html"
        if not fits:
            return response
        response.vary.add("Accept-Encoding")
        if (
            request.method != "GET"
            or response.status_code != 200  # noqa: PLR2004  neither a part nor "not modified"
            or not request.accept_encodings["gzip"]
            or "Content-Encoding" in response.headers
        ):
            return response
        if is_file:
            etag, _ = response.get_etag()
            response.direct_passthrough = False
            response.set_data(_file(response.get_data()))
            response.set_etag(etag or "", weak=True)
        elif response.is_streamed or not _is_of_ours():
            return response
        else:
            plain = response.get_data()
            if len(plain) < LEAST:
                return response
            response.set_data(_page(plain))
        response.headers["Content-Encoding"] = "gzip"
        return response


def _is_of_ours() -> bool:
    """Whether nobody else can have chosen what the page repeats of its address."""
    return not request.query_string or request.headers.get("Sec-Fetch-Site") in _OURS


@lru_cache(maxsize=64)
def _file(plain: bytes) -> bytes:
    return gzip.compress(plain, _SMALL, mtime=0)


def _page(plain: bytes) -> bytes:
    """The same, with a name in front that is thrown away and as long as chance will have it."""
    made = BytesIO()
    name = "x" * secrets.randbelow(PADDING + 1)
    with gzip.GzipFile(name, "wb", _FAST, made, mtime=0) as file:
        file.write(plain)
    return made.getvalue()
