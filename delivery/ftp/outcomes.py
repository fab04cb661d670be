"""What came of a delivery, in a sentence, and what may be shown of the server's own words."""

import ftplib
import logging
import ssl

import paramiko

from delivery import guard
from delivery.ftp.faults import Fault
from delivery.ftp.ftp_answers import refused
from delivery.ftp.hostkeys import Pin
from delivery.ftp.watch import Watch
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts

MAX_SAID = 1_024
ENDED = "the connection ended"
DATA = {
    421: "the server takes no more connections now",
    425: "the data connection could not be made",
    426: "the data connection was cut",
    522: "the server refuses the encrypted data connection",
}

log = logging.getLogger(__name__)


def delivered(watch: Watch, detail: str, pin: Pin) -> Outcome:
    """A success; `detail` is what the subscriber should know besides."""
    return Outcome(Kind.DELIVERED, None, watch.milliseconds, detail, learned=_learned(pin))


def outcome_of(error: Exception, watch: Watch, facts: Facts, pin: Pin, peer: str) -> Outcome:
    """What an error means; `peer` is the address of the server, empty where none was reached."""
    fault = error if isinstance(error, Fault) else _fault(error)
    if watch.expired:
        fault = Fault(watch.expired)
    said = "" if not peer or guard.is_opened(peer) else _shown(fault.said, facts)
    return Outcome(
        fault.kind,
        fault.status,
        watch.milliseconds,
        str(fault)[:200],
        said,
        disables=fault.disables,
        learned=_learned(pin),
    )


def _learned(pin: Pin) -> dict[str, str]:
    return {"hostKey": pin.learned} if pin.learned else {}


def _fault(error: Exception) -> Fault:  # noqa: PLR0911 - one for each kind
    """Errors of the libraries, which may hold what the server said, and more."""
    match error:
        case ssl.SSLCertVerificationError():
            return Fault(f"TLS failed: {error.verify_message}")
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return Fault(ENDED)
        case ssl.SSLError():
            return Fault(f"TLS failed: {error.reason or 'no reason'}")
        case ftplib.Error():
            answer = refused(error)
            sentence = DATA.get(answer.status or 0, "the server did not answer as FTP servers do")
            return Fault(sentence, status=answer.status, said=answer.said)
        case paramiko.SSHException() if "protocol" in str(error):
            return Fault("the server did not answer as SSH servers do")
        case EOFError() | OSError() | paramiko.SSHException():
            return Fault(ENDED)
    log.warning("A server of files made %s be raised", type(error).__name__)
    return Fault(f"no proper answer ({type(error).__name__})")


def _shown(said: str, facts: Facts) -> str:
    """The server's words, without the password that they may repeat."""
    for secret in facts.secrets.values():
        said = said.replace(str(secret), "***")
    return "".join(letter for letter in said if letter.isprintable())[:MAX_SAID]
