"""DRF's authentication seam: the token of a request (contract, section 1)."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from callers.keys import looks_like_key
from callers.tokens import Access, Unrecognised, access_by_token
from wire.problem import CHALLENGE

MISSING = "Send a token from POST /identity/token in the header X-Subject-Token."
UNKNOWN = "The token is unknown, expired or revoked. Get a new one from POST /identity/token."
KEY_SENT = "An API key opens nothing by itself: trade it for a token by POST /identity/token, and send that."


class TokenAuthentication(BaseAuthentication):
    """A token in `X-Subject-Token` or `Authorization: Bearer`; there are no anonymous callers."""

    def authenticate(self, request: Request) -> tuple[Access, None]:
        """The caller behind the request's token. Raises NotAuthenticated or AuthenticationFailed (401)."""
        token = _token(request)
        if not token:
            raise NotAuthenticated(KEY_SENT if _sent_key(request) else MISSING)
        try:
            return access_by_token(token), None
        except Unrecognised:
            raise AuthenticationFailed(KEY_SENT if looks_like_key(token) else UNKNOWN) from None

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE["WWW-Authenticate"]


def _token(request: Request) -> str:
    token: str = request.META.get("HTTP_X_SUBJECT_TOKEN", "").strip()
    if token:
        return token
    scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


def _sent_key(request: Request) -> bool:
    """Whether a request without a token has a key where other APIs take one."""
    scheme, _, _ = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower() == "basic" or "HTTP_X_API_KEY" in request.META
