"""Classifies every failed fetch as a `FetchFailure`, with a short text that is safe to display.

The texts do not quote exceptions, because these contain addresses, and addresses may contain
passwords and tokens.
"""

import os
import ssl

import aiohttp

from straitwatch.core.model import FetchFailure
from straitwatch.fetch.guard import ForbiddenAddress


class FetchError(Exception):
    """A failed fetch; raised and caught only inside this package."""

    def __init__(self, kind: FetchFailure, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


# Expected errors of a fetch. ValueError is raised for unusable addresses and header values.
EXPECTED = (FetchError, aiohttp.ClientError, OSError, ValueError)


def classify(error: Exception, *, timeout: float) -> FetchError:
    """Convert an exception to a failure."""
    match error:
        case FetchError():
            return error
        case TimeoutError():
            return FetchError(FetchFailure.TIMEOUT, f"no complete response within {timeout:g} s")
        case aiohttp.ClientConnectorDNSError():
            return FetchError(FetchFailure.DNS, "the host name does not resolve")
        case aiohttp.ClientSSLError() | ssl.SSLError() | ssl.CertificateError():
            return FetchError(FetchFailure.TLS, _tls_detail(error))
        case aiohttp.ClientConnectorError():
            return _connect_failure(error.os_error)
        case aiohttp.ClientPayloadError():
            return FetchError(FetchFailure.TRUNCATED, "the body is truncated")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            return FetchError(FetchFailure.RESET, "the server closed the connection")
        case aiohttp.ClientResponseError():
            return FetchError(FetchFailure.PROTOCOL, "the response is not valid HTTP")
        case OSError():
            return _connect_failure(error)
        case _:
            return FetchError(FetchFailure.PROTOCOL, "the address or a header cannot be sent")


def _connect_failure(error: OSError) -> FetchError:
    if isinstance(error, ForbiddenAddress):
        return FetchError(FetchFailure.FORBIDDEN_ADDRESS, ForbiddenAddress.DETAIL)
    return FetchError(FetchFailure.CONNECT, f"cannot connect: {_reason(error)}")


def proxy_failure(error: aiohttp.ClientError) -> FetchError:
    """Convert an exception that the connection to a proxy raised."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            detail = "the name of the proxy does not resolve"
        case aiohttp.ClientProxyConnectionError():
            detail = f"cannot connect to the proxy: {_reason(error.os_error)}"
        case aiohttp.ClientHttpProxyError():
            detail = f"the proxy answered {error.status}"
        case _:
            detail = "the proxy failed"
    return FetchError(FetchFailure.CONNECT, detail)


def _reason(error: OSError) -> str:
    # The error's own text quotes the peer's address, so the text is made from its number.
    return os.strerror(error.errno).lower() if error.errno else "no address answered"


def _tls_detail(error: BaseException) -> str:
    cause = error.__cause__ or error  # aiohttp's exception hides the reason
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate rejected: {cause.verify_message}"
    reason = getattr(cause, "reason", None)
    return f"TLS failed: {reason}" if reason else "TLS failed"
