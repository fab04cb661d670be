"""Documents compressed once: what is joined from them is what any reader of gzip takes for the plain page."""

import gzip
import hashlib
import shutil
import subprocess
from pathlib import Path
from zlib import crc32

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from orders import fragments

TIME = "2026-11-22T08:00:00.000020Z"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)
JSON_LIKE = st.lists(
    st.sampled_from(['{"eventId":"', '","detail":', "ส่งแล้ว", "\\ud83d\\ude00", "😀", "null}"])
).map("".join)
HEAVY = st.integers(0, 2**32).map(lambda seed: hashlib.shake_128(b"%d" % seed).hexdigest(40_000))
DOCUMENTS = st.lists(TEXTS | JSON_LIKE, max_size=100) | st.lists(TEXTS | HEAVY, max_size=3)
OWN_BYTES = st.binary(max_size=200) | st.binary(min_size=1, max_size=3).map(lambda seed: seed * 50_000)

NODE = """
const { readFileSync } = require("fs"), { gunzipSync } = require("zlib");
for (const name of process.argv.slice(1))
    if (!gunzipSync(readFileSync(name + ".gz")).equals(readFileSync(name))) throw new Error(name);
"""
JAVA = """
import java.nio.file.*;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

public class Readable {
    public static void main(String[] names) throws Exception {
        for (String name : names)
            try (var stream = new GZIPInputStream(Files.newInputStream(Path.of(name + ".gz")))) {
                if (!Arrays.equals(stream.readAllBytes(), Files.readAllBytes(Path.of(name))))
                    throw new Exception(name);
            }
    }
}
"""
PHP = """
foreach (array_slice($argv, 1) as $name)
    if (gzdecode(file_get_contents("$name.gz")) !== file_get_contents($name)) exit(1);
"""


def plain(before: bytes, documents: list[str], after: bytes) -> bytes:
    return before + ",".join(documents).encode() + after


def joined(before: bytes, documents: list[str], after: bytes) -> bytes:
    joined = fragments.join(before, [fragments.make(text.encode(), TIME) for text in documents], after)
    assert joined.length == len(plain(before, documents, after))
    return joined.body


PAGES: dict[str, tuple[bytes, list[str], bytes]] = {
    "nothing": (b"", [], b""),
    "no orders": (b'{"orders":[', [], b'],"hasMore":false}'),
    "one order": (b"[", ['{"orderId":"O-1"}'], b"]"),
    "a hundred": (b"[", [f'{{"orderId":"O-{number}","detail":null}}' for number in range(100)], b"]"),
    "an empty document": (b"[", ["", "", "x"], b"]"),
    "over 64 KiB": (b"[", ["a" * 200_000, hashlib.shake_128(b"").hexdigest(100_000)], b"]"),
    "own bytes over 64 KiB": (b"<" * 70_000, ["{}"], b">" * 65_536),
    "Thai, a smile, an escaped one": (b"[", ["ส่งแล้ว", "😀", "\\ud83d\\ude00", "\x7f\x00"], b"]"),
}


@pytest.fixture
def stored(tmp_path: Path) -> list[str]:
    """Each of PAGES in two files, as it is and joined."""
    paths = [tmp_path / str(number) for number in range(len(PAGES))]
    for path, page in zip(paths, PAGES.values(), strict=True):
        path.write_bytes(plain(*page))
        path.with_suffix(".gz").write_bytes(joined(*page))
    return [str(path) for path in paths]


@given(before=OWN_BYTES, documents=DOCUMENTS, after=OWN_BYTES)
def test_a_joined_page_is_the_plain_one_compressed(before: bytes, documents: list[str], after: bytes) -> None:
    assert gzip.decompress(joined(before, documents, after)) == plain(before, documents, after)


@given(document=TEXTS | JSON_LIKE | HEAVY)
def test_a_fragment_tells_document_checksum_and_time(document: str) -> None:
    fragment = fragments.make(document.encode(), TIME)

    assert fragments.read(fragment) == (document.encode(), TIME)
    assert fragments.checksums([fragment] * 2) == crc32(document.encode()).to_bytes(4, "little") * 2
    assert fragments.updated_time(fragment) == TIME


@pytest.mark.parametrize("page", PAGES)
def test_python_reads_a_joined_page(page: str) -> None:
    assert gzip.decompress(joined(*PAGES[page])) == plain(*PAGES[page])


def test_gzip_finds_joined_pages_sound(stored: list[str]) -> None:
    run("gzip", "-t", *(f"{name}.gz" for name in stored))


def test_node_reads_joined_pages(stored: list[str]) -> None:
    run("node", "-e", NODE, "--", *stored)


def test_java_reads_joined_pages(stored: list[str], tmp_path: Path) -> None:
    (tmp_path / "Readable.java").write_text(JAVA)

    run("java", str(tmp_path / "Readable.java"), *stored)


def test_php_reads_joined_pages(stored: list[str]) -> None:
    run("php", "-r", PHP, "--", *stored)


@pytest.mark.parametrize("document", ["", "{}", '{"orderId":"O-1","detail":"ส่งแล้ว"}' * 20])
def test_what_was_damaged_is_no_fragment(document: str) -> None:
    fragment = fragments.make(document.encode(), TIME)
    cut = [fragment[:length] for length in range(len(fragment))]
    flipped = [
        fragment[:index] + bytes([fragment[index] ^ 1]) + fragment[index + 1 :]
        for index in (*range(8), *range(len(fragment) - 4, len(fragment)))
    ]

    for damaged in [*cut, *flipped, fragment + b"\0", fragment + fragments.make(b"x", TIME)[35:]]:
        with pytest.raises(fragments.NotAFragment):
            fragments.read(damaged)


@pytest.mark.django_db
def test_postgresql_does_not_try_to_compress_fragments_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute"
            " WHERE attrelid = 'orders_salesorder'::regclass AND attname = 'fragment'"
        )
        assert cursor.fetchall() == [("e",)]  # external


def run(program: str, *arguments: str) -> None:
    """Run a program that fails when it cannot read what it should."""
    executable = shutil.which(program)
    if executable is None:
        pytest.skip(f"There is no {program} on PATH.")
    result = subprocess.run([executable, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
