"""An answer as far as it has come, and what it means when nothing more comes. Does no I/O."""

from dataclasses import dataclass, field
from typing import Final

import h2.exceptions
import hpack
import httpcore2
import hyperframe.exceptions

from pipeline.network import NotPublic, NotResolved, NotTrusted
from transforms.core.http import Headers, outcome_of
from transforms.core.polling import NetworkSettings, Outcome

#: What goes wrong below a request: the libraries' errors, and what hostile numbers and names raise in them.
FAILURES: Final = (
    NotPublic,
    NotResolved,
    NotTrusted,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ConnectionNotAvailable,
    h2.exceptions.H2Error,
    hpack.HPACKError,
    hyperframe.exceptions.HyperframeError,
    OSError,  # TimeoutError and ssl.SSLError, too
    ValueError,
    KeyError,
)
_BEFORE_ALL: Final = {
    NotPublic: Outcome.BAD_ADDRESS,
    NotResolved: Outcome.UNRESOLVED,
    NotTrusted: Outcome.INSECURE,
}


@dataclass(slots=True)
class Draft:
    """What has come of an answer."""

    status: int | None = None
    reason: str = ""
    http_version: str = ""
    headers: Headers = ()
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    bound: int = 0  #: of the size
    announced: str = ""  #: the size, as it says
    is_whole: bool = False  #: the body came to its end
    is_clean: bool = False  #: and nothing behind it: the connection may be used again


def failed(error: Exception, draft: Draft, settings: NetworkSettings, *, received: int) -> tuple[Outcome, str]:
    """What one of `FAILURES` means, and a line for a person.

    Args:
        error: what was raised.
        draft: what had come by then.
        settings: the times that were allowed.
        received: bytes that came since the request was sent.
    """
    said = " ".join(str(error).split())[:200] or type(error).__name__
    if type(error) in _BEFORE_ALL:
        return _BEFORE_ALL[type(error)], said
    if isinstance(error, (httpcore2.TimeoutException, TimeoutError)):
        return Outcome.TIMED_OUT, _waited(error, draft, settings, received=received)
    if isinstance(error, httpcore2.ConnectError):
        return Outcome.UNREACHABLE, f"no connection: {said}"
    if draft.status is not None:
        return Outcome.BROKEN, f"cut after {draft.size} bytes of the body: {said}"
    if received:
        return Outcome.BROKEN, f"no HTTP answer: {said}"
    if isinstance(error, (httpcore2.LocalProtocolError, UnicodeError)):
        return Outcome.BROKEN, f"cannot be sent: {said}"
    return Outcome.UNREACHABLE, f"closed without an answer: {said}"


def _waited(error: Exception, draft: Draft, settings: NetworkSettings, *, received: int) -> str:
    if isinstance(error, httpcore2.ConnectTimeout):
        return f"no connection in {settings.timeout_s:g} s"
    came = f"after {draft.size} bytes of the body" if draft.status else f"after {received} bytes, no whole head"
    if isinstance(error, httpcore2.TimeoutException):
        return f"silent for {settings.timeout_s:g} s, {came}"
    return f"not whole in {settings.total_s:g} s, {came}"


def judged(draft: Draft, outcome: Outcome, detail: str, *, is_conditional: bool) -> tuple[Outcome, str]:
    """What an answer means whose head has come.

    A status that is no success says all there is to say, whatever happened to the body behind it.

    Args:
        draft: what has come.
        outcome: of receiving it: FETCHED, or what failed.
        detail: the same in words.
        is_conditional: whether validators were sent.
    """
    status = draft.status or 0
    meant = outcome_of(status)
    said = " ".join(f"{status} {draft.reason}".split())[:80]
    if meant is Outcome.NOT_MODIFIED and not is_conditional:
        return Outcome.BROKEN, "304 although nothing was said to be known"
    if meant is Outcome.BROKEN:
        return Outcome.BROKEN, f"{said}: not what was asked for"
    if meant is not Outcome.FETCHED:
        return meant, said
    if outcome is Outcome.FETCHED and not draft.is_whole:
        announced = f"; {draft.announced[:20]} are announced" if draft.announced else ""
        return Outcome.TOO_LARGE, f"more than {draft.bound} bytes{announced}"
    return outcome, detail
