"""Debian's own servers, where they are installed, as daemons of a test."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from delivery.ftp import keys
from tests.delivery.ftp.place import PASSWORD, USER, Place
from tests.delivery.ftp.trouble import Trouble
from tests.delivery.transport.certificates import Authority

ACCOUNT = GROUP = "daemon"
"""Whose home is there, which vsftpd looks at."""


def program(name: str) -> str:
    """Its path; without it the test is skipped."""
    found = _find(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def is_installed(name: str) -> bool:
    """Whether the program is there, and may be started as we start it."""
    return os.getuid() == 0 and _find(name) is not None


def _find(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder of the account that the daemons run as, with a folder `root/in`."""
    if os.getuid() != 0:
        pytest.skip("needs root: the daemons change to another account")
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "root" / "in").mkdir(parents=True)
        for path in (folder, folder / "root" / "in"):
            shutil.chown(path, ACCOUNT, GROUP)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def daemon(command: Sequence[str], port: int, *, by_account: bool = False) -> Iterator[None]:
    """Runs it until the end of the block; it listens when the block begins."""
    account = {"user": ACCOUNT, "group": GROUP, "extra_groups": []} if by_account else {}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **account)  # type: ignore[call-overload]  # a dict
    try:
        for _ in range(100):
            if process.poll() is not None or _answers(port):
                break
            time.sleep(0.05)
        else:
            pytest.fail("it does not listen")
        assert process.poll() is None, process.stdout.read()
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def openssh() -> Iterator[Place]:
    """OpenSSH's server; its user is the account, which comes by a key of ours."""
    sshd, port, key = program("sshd"), free_port(), keys.generate()
    with open_folder() as folder:
        host_key = folder / "host_key"
        host_key.write_text(keys.generate())
        (folder / "authorized_keys").write_text(keys.public_of(key, "test"))
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1:{port}\nHostKey {host_key}\nPidFile none\nStrictModes no\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nSubsystem sftp internal-sftp\n"
            "ForceCommand internal-sftp\nUsePAM yes\n"
        )
        for path in folder.iterdir():
            shutil.chown(path, ACCOUNT, GROUP)
        host_key.chmod(0o600)
        place = Place("sftp", folder / "root" / "in", Trouble(), port, user=ACCOUNT)
        place.path, place.secrets = str(place.folder), {"key": key}
        named = folder / "sshd-of-a-test"  # PAM asks by this name, and Debian's rules for sshd want root
        named.symlink_to(sshd)
        with daemon([str(named), "-D", "-e", "-f", str(folder / "config")], port, by_account=True):
            yield place


@contextmanager
def vsftpd(authority: Authority) -> Iterator[Place]:
    """vsftpd as Debian makes it; it demands that TLS sessions are reused, by default."""
    path, port = program("vsftpd"), free_port()
    authority.server("localhost")
    with open_folder() as folder:
        config = folder / "config"
        certificate = authority.folder / "server.pem"
        config.write_text(
            f"listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\nanonymous_enable=YES\n"
            f"write_enable=YES\nanon_upload_enable=YES\nanon_other_write_enable=YES\nanon_root={folder}/root\n"
            f"ftp_username={ACCOUNT}\nnopriv_user={ACCOUNT}\nsecure_chroot_dir={folder}/root\nanon_umask=022\n"
            "ssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_data_ssl=YES\nforce_anon_logins_ssl=YES\n"
            f"rsa_cert_file={certificate}\nrsa_private_key_file={certificate}\nssl_ciphers=HIGH\n"
            "seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n"
        )
        with daemon([path, str(config)], port):
            yield Place("ftps", folder / "root" / "in", Trouble(), port, host="localhost", user="ftp")


@contextmanager
def proftpd(authority: Authority, *, by_ssh: bool = False) -> Iterator[Place]:
    """proftpd with TLS, whose sessions must be reused by default; or with its own SFTP."""
    path, port, account = program("proftpd"), free_port(), pwd.getpwnam(ACCOUNT)
    authority.server("localhost")
    with open_folder() as folder:
        command = ["openssl", "passwd", "-6", PASSWORD]
        digest = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        users = folder / "users"
        users.write_text(f"{USER}:{digest}:{account.pw_uid}:{account.pw_gid}::{folder}/root:/bin/false\n")
        users.chmod(0o600)
        host_key = folder / "host_key"
        host_key.write_text(keys.generate())
        host_key.chmod(0o600)
        certificate = authority.folder / "server.pem"
        protocol = (
            f"LoadModule mod_sftp.c\nSFTPEngine on\nSFTPHostKey {host_key}\nSFTPAuthMethods password\n"
            if by_ssh
            else f"LoadModule mod_tls.c\nTLSEngine on\nTLSRequired on\nTLSProtocol TLSv1.2 TLSv1.3\n"
            f"TLSECCertificateFile {certificate}\nTLSECCertificateKeyFile {certificate}\n"
        )
        (folder / "config").write_text(
            f"ModulePath {Path(path).parent.parent}/lib/proftpd\nServerType standalone\nDefaultServer on\n"
            f"DefaultAddress 127.0.0.1\nPort {port}\nUser {ACCOUNT}\nGroup {GROUP}\nUseIPv6 off\n"
            f"AuthUserFile {users}\nAuthOrder mod_auth_file.c\nRequireValidShell off\nWtmpLog off\n"
            f"UseReverseDNS off\nScoreboardFile {folder}/scoreboard\nPidFile {folder}/pid\n"
            f"DefaultRoot ~\n{protocol}"
        )
        with daemon([path, "-n", "-q", "-c", str(folder / "config")], port):
            place = Place("ftps", folder / "root" / "in", Trouble(), port, host="localhost")
            if by_ssh:
                place.scheme = "sftp"
            yield place
