"""Classify every failed fetch as a `FetchFailure` with a short sentence that is safe to show.

The sentences do not quote exceptions, because those contain addresses, and addresses may contain
passwords and tokens.
"""

import os
import ssl

import aiohttp

from straitwatch.core.model import FetchFailure
from straitwatch.fetch.guard import ForbiddenAddress


class FetchError(Exception):
    """Ends a fetch; raised and caught inside this package only."""

    def __init__(self, kind: FetchFailure, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


# Expected errors of a fetch. ValueError: addresses and header values that cannot be sent.
EXPECTED = (FetchError, aiohttp.ClientError, OSError, ValueError)


def classify(error: Exception, *, timeout: float) -> FetchError:
    """Return the failure that an exception means."""
    match error:
        case FetchError():
            return error
        case TimeoutError():
            return FetchError(FetchFailure.TIMEOUT, f"no complete answer within {timeout:g} s")
        case aiohttp.ClientConnectorDNSError():
            return FetchError(FetchFailure.DNS, "the host name does not resolve")
        case aiohttp.ClientSSLError() | ssl.SSLError() | ssl.CertificateError():
            return FetchError(FetchFailure.TLS, _tls_detail(error))
        case aiohttp.ClientConnectorError():
            return _connect_failure(error.os_error)
        case aiohttp.ClientPayloadError():
            return FetchError(FetchFailure.TRUNCATED, "the body ended before its end")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            return FetchError(FetchFailure.RESET, "the server closed the connection")
        case aiohttp.ClientResponseError():
            return FetchError(FetchFailure.PROTOCOL, "the answer is not proper HTTP")
        case OSError():
            return _connect_failure(error)
        case _:
            return FetchError(FetchFailure.PROTOCOL, "the address or a header cannot be sent")


def _connect_failure(error: OSError) -> FetchError:
    if isinstance(error, ForbiddenAddress):
        return FetchError(FetchFailure.FORBIDDEN_ADDRESS, ForbiddenAddress.DETAIL)
    # strerror of a failed connect quotes the peer's address, so only the number is used.
    reason = os.strerror(error.errno).lower() if error.errno else "no address answered"
    return FetchError(FetchFailure.CONNECT, f"cannot connect: {reason}")


def _tls_detail(error: BaseException) -> str:
    cause = error.__cause__ or error  # the client's own class hides the reason
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate refused: {cause.verify_message}"
    reason = getattr(cause, "reason", None)
    return f"TLS failed: {reason}" if reason else "TLS failed"
