"""The url of a subscriber's folder, as far as it can be judged without connecting (contract, section 12)."""

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from delivery.closed import BAD_PORTS
from delivery.hosts import BadUrl, check_host

PORTS = {"sftp": 22, "ftps": 21, "ftp": 21}
IMPLICIT_TLS = 990
MAX_USER_LENGTH = 255
MAX_PART_LENGTH = 255


@dataclass(frozen=True)
class FtpUrl:
    """`folder` is absolute, or relative to where the login leads: `in` for `/~/in`, nothing for no path."""

    scheme: str
    host: str
    port: int
    user: str
    folder: str

    @property
    def receiver(self) -> tuple[str, str, int, str]:
        """What a password and a host key belong to."""
        return self.scheme, self.host, self.port, self.user


def schemes() -> tuple[str, ...]:
    """Those that a url may have here."""
    return tuple(name for name in PORTS if name != "ftp" or "ftp" in settings.DELIVERY_ALLOW)


def folder_url(text: str) -> str:
    """`text`, if we would connect there. Raises BadUrl."""
    url = parse(text)
    if url.scheme not in schemes():
        raise BadUrl(_begin_with(schemes()))
    check_host(url.host)
    return text


def parse(text: str) -> FtpUrl:
    """Raises BadUrl, which says what is wrong without repeating it. The host is judged when we connect."""
    if not text.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in text):
        raise BadUrl("must be written in ASCII, without spaces: encode the folder, and write an IDN as xn--")
    parts, port = _split(text)
    if parts.scheme not in PORTS:
        raise BadUrl(_begin_with(schemes()))
    if "?" in text or "#" in text:
        raise BadUrl("must not have a query (?) or a fragment (#)")
    if parts.password is not None:
        raise BadUrl("must not hold a password; use ftp.password")
    if not parts.hostname:
        raise BadUrl("has no host")
    _check_port(parts.scheme, port)
    return FtpUrl(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], _user(parts), _folder(parts.path)
    )


def _begin_with(names: tuple[str, ...]) -> str:
    return f"must begin with {' or '.join(f'{name}://' for name in names)}"


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise BadUrl("is not a url: write it like sftp://user@ftp.shop.example/in") from None


def _check_port(scheme: str, port: int | None) -> None:
    if port is None or port == PORTS[scheme]:
        return
    if port == IMPLICIT_TLS:
        raise BadUrl("has the port of implicit TLS, which we do not speak; ftps is explicit TLS, at port 21")
    if port == 0 or port in BAD_PORTS:
        raise BadUrl("has a port that is not used for file transfer")


def _user(parts: SplitResult) -> str:
    user = _decoded(parts.username or "")
    if not user:
        raise BadUrl("must name the user: write it like sftp://user@ftp.shop.example/in")
    if len(user) > MAX_USER_LENGTH:
        raise BadUrl(f"has a user of more than {MAX_USER_LENGTH} characters")
    return user


def _folder(path: str) -> str:
    folder = _decoded(path).rstrip("/")
    is_relative = folder == "/~" or folder.startswith("/~/")
    parts = folder[2 if is_relative else 0 :].split("/")[1:]
    if any(part in ("", ".", "..") for part in parts):
        raise BadUrl("has a folder with an empty part, . or ..")
    if any(len(part.encode()) > MAX_PART_LENGTH for part in parts):
        raise BadUrl(f"has a folder with a part of more than {MAX_PART_LENGTH} bytes")
    return "/".join(parts) if is_relative else folder


def _decoded(text: str) -> str:
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadUrl("has percent-encoded bytes that are not UTF-8") from None
    if not plain.isprintable():
        raise BadUrl("has control characters")
    return plain
