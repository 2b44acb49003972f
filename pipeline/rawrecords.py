"""An exchange as WARC records: what was asked and why, and the answer as it was received.

The same exchange gives the same bytes. Addresses and headers come from strangers: nothing in them ends a line.
"""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from transforms.core.exchange import METADATA_TYPE, Kept, encode_kept

#: What may not stand in a line of a header.
_UNWRITABLE: Final = re.compile(r"[^\t\x20-\x7e\xa0-\U0010ffff]+")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
#: Characters of an address that stay as they are.
_URL_SAFE: Final = "!#$%&'()*+,-./:;=?@[]_~"


def exchange_records(kept: Kept, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """The metadata record and the response record, each a gzip member.

    Args:
        kept: what was asked, and why.
        status: of the answer.
        headers: of the answer, in order.
        body: as received, without transfer coding; its content coding stays, and says so in the headers.
    """
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    url = quote(kept.request.url, safe=_URL_SAFE)
    common = {"WARC-Date": _date(kept.context.received_at or kept.request.started_at)}
    names = {kind: f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{kind}:{kept.request.request_id}')}>" for kind in _KINDS}
    encoded = encode_kept(kept)
    writer.write_record(
        writer.create_warc_record(
            url,
            "metadata",
            payload=io.BytesIO(encoded),
            length=len(encoded),
            warc_content_type=METADATA_TYPE,
            warc_headers_dict={
                **common,
                "WARC-Record-ID": names["metadata"],
                "WARC-Concurrent-To": names["response"],
            },
        )
    )
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            warc_headers_dict={**common, "WARC-Record-ID": names["response"]},
            http_headers=StatusAndHeaders(_status_line(status), _fields(headers), protocol="HTTP/1.1"),
        )
    )
    return out.getvalue()


_KINDS: Final = ("metadata", "response")


def _date(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status:03d} Unknown"


def _fields(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers that can be written line by line; the transfer coding is off already, so its header goes."""
    return [
        (name, _UNWRITABLE.sub(" ", value).strip())
        for name, value in headers
        if _TOKEN.fullmatch(name) and name.lower() != "transfer-encoding"
    ]
