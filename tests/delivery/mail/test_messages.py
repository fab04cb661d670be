"""The mail of a batch as a person and a program read it; nothing in it can be more than text."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest

from callers.models import Scope
from delivery.files.transport import File
from delivery.mail.message import Attachment, build, one_line
from delivery.mail.transport import context_of, subject_of
from delivery.transport import Facts
from wire.times import EARLIEST

UNTIL = datetime(2026, 11, 22, 8, tzinfo=UTC)
FACTS = Facts("sub1", 0, {"schedule": {"cron": "*/15 * * * *", "timeZone": "Asia/Bangkok"}}, {})
STOP = "https://status.example/subscriptions/stop/TOKEN"


def file(**members: Any) -> File:
    """37 orders in 15 minutes."""
    given: dict[str, Any] = {
        "scope": Scope("channel", "lazada-th"),
        "number": 123,
        "name": "sales-order-status_lazada-th_sub1_00000123_20261122T080000Z.csv",
        "since": UNTIL - timedelta(minutes=15),
        "until": UNTIL,
        "orders": 37,
        "rows": 1214,
        "size": 61_420,
        "sha256": "9f86d081" * 8,
        "statuses": {"CANCELED": 1, "IN_PROGRESS": 33, "NEW": 3},
        "manifest": {},
        "open": BytesIO,
    }
    return File(**given | members)


def mailed(batch: File, content: bytes = b"a,b\r\n") -> EmailMessage:
    """The mail as it arrives."""
    message = build(
        "batch",
        to="ops@shop.example",
        subject=subject_of(batch),
        message_id="sub1.123",
        context=context_of(FACTS, batch),
        stop_token="TOKEN",
        attachment=Attachment(batch.name, "text/csv", content),
    )
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_person_reads_what_happened_and_a_program_what_to_check() -> None:
    assert text_of(mailed(file())) == (
        "37 orders changed (channel lazada-th, batch 123).\n"
        "\n"
        "22 November 2026, 14:45 to 15:00 (Asia/Bangkok)\n"
        "\n"
        "  New: 3\n"
        "  In progress: 33\n"
        "  Canceled: 1\n"
        "\n"
        "Attached: sales-order-status_lazada-th_sub1_00000123_20261122T080000Z.csv\n"
        "  1,214 rows, 61,420 bytes\n"
        "  since   2026-11-22T07:45:00.000000Z\n"
        "  until   2026-11-22T08:00:00.000000Z\n"
        f"  sha256  {'9f86d081' * 8}\n"
        "\n"
        "--\n"
        "This file is sent to you automatically because this address agreed to it. No more such mails:\n"
        f"{STOP}\n"
        "\n"
    )


def test_both_bodies_say_the_same_and_the_html_loads_nothing() -> None:
    html = text_of(mailed(file()), "html")

    for said in ("37 orders changed", "Channel lazada-th", "In progress", "14:45 to 15:00", STOP, "9f86d081"):
        assert said in html
    assert "src=" not in html
    assert "http" not in html.replace(STOP, "")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "[lazada-th] 37 orders changed (batch 123)"),
        ({"orders": 1}, "[lazada-th] 1 order changed (batch 123)"),
        ({"orders": 12_345}, "[lazada-th] 12,345 orders changed (batch 123)"),
        ({"orders": 0, "statuses": {}}, "[lazada-th] no order changed (batch 123)"),
        ({"scope": Scope("partner", "ร้าน 9")}, "[ร้าน 9] 37 orders changed (batch 123)"),
    ],
)
def test_the_subject_says_how_many(changes: dict[str, Any], subject: str) -> None:
    assert mailed(file(**changes))["Subject"].strip() == subject  # it may begin on the second line


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"manifest": {"erased": True}}, "Orders of this window were erased"),
        ({"manifest": {"replayed": True}}, "This is a replay"),
        ({"since": EARLIEST}, "Up to 22 November 2026, 15:00 (Asia/Bangkok)"),
        (
            {"since": UNTIL, "until": UNTIL + timedelta(seconds=9)},
            "22 November 2026, 15:00:00 to 15:00:09 (Asia/Bangkok)",
        ),
        ({"since": UNTIL - timedelta(days=2)}, "20 November 2026, 15:00 to 22 November 2026, 15:00"),
    ],
)
def test_what_is_unusual_is_said_in_both_bodies(changes: dict[str, Any], said: str) -> None:
    mail = mailed(file(**changes))

    assert [said in " ".join(text_of(mail, kind).split()) for kind in ("plain", "html")] == [True, True]


@pytest.mark.parametrize("content", [b"a\nb\r\n\r\r\n", b"\xef\xbb\xbfa", b"\xff\x00.\r\n.\r\nFrom x", b""])
def test_a_file_arrives_byte_for_byte_whatever_is_in_it(content: bytes) -> None:
    (part,) = mailed(file(), content).iter_attachments()

    assert part.get_payload(decode=True) == content
    assert part.get_content_type() == "text/csv"


def test_a_file_of_nearly_seven_megabytes_arrives_whole() -> None:
    content = b"x" * 78 + b"\r\n"
    content *= 6_900_000 // len(content)
    (part,) = mailed(file(), content).iter_attachments()

    arrived = part.get_payload(decode=True)
    assert isinstance(arrived, bytes)
    assert hashlib.sha256(arrived).digest() == hashlib.sha256(content).digest()


HOSTILE = "x\r\nBcc: evil@evil.example\r\n\r\n<script>alert(1)</script>\u2028\x00"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: {"scope": Scope("channel", text)},
        lambda text: {"name": text},
        lambda text: {"statuses": {text: 1}},
        lambda text: {"sha256": text},
    ],
)
def test_no_text_becomes_a_header_or_markup(change: Callable[[str], dict[str, Any]]) -> None:
    mail = mailed(file(**change(HOSTILE)))

    assert mail["Bcc"] is None
    assert [part["Bcc"] for part in mail.walk()] == [None] * len(list(mail.walk()))
    assert sorted(mail.keys()) == sorted(mailed(file()).keys())
    assert "<script>" not in text_of(mail, "html")


def test_a_subject_is_one_line_that_is_not_too_long() -> None:
    assert one_line(" a\r\n\tb\x00 c\u2028d ") == "a b c d"
    assert len(one_line("x" * 1000)) == 150
