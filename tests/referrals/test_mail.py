"""Mail over real SMTP: encrypted and verified, to one address, and told apart when it is refused for good."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTPException
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.referrals.mail import Undeliverable, compose, new_mailer
from services.referrals.settings import Settings
from tests.processes import free_ports

FROM = "no-reply@careloop.example"


@dataclass
class Mailbox:
    """What the server took, and how it answers each recipient."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail: EmailMessage = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.rcpt_tos, mail))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself."""
    path = tmp_path_factory.mktemp("smtp") / "server.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@dataclass
class Running:
    mailbox: Mailbox
    settings: Settings


@pytest.fixture(params=["starttls", "tls"])
def server(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Running]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    mailbox, (port,) = Mailbox(), free_ports(1)
    encrypted: dict[str, Any] = (
        {"ssl_context": context}
        if request.param == "tls"
        else {"tls_context": context, "require_starttls": True}
    )
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **encrypted)
    controller.start()
    settings = Settings(
        database_url="postgresql+asyncpg://nowhere",
        sealing_keys="",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=request.param,
        mail_from=FROM,
    )
    yield Running(mailbox, settings)
    controller.stop()


async def send(running: Running, to: str) -> None:
    await new_mailer(running.settings)(compose(FROM, to, "A short question", "Here: http://x/y\n"))


@pytest.mark.usefixtures("trusted")
async def test_it_goes_encrypted_to_one_address_as_plain_text(server: Running) -> None:
    await send(server, "ana@example.org")
    ((recipients, mail),) = server.mailbox.taken
    assert recipients == ["ana@example.org"]
    assert (mail["To"], mail["From"]) == ("ana@example.org", FROM)
    assert mail.get_content_type() == "text/plain"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Here: http://x/y"


async def test_a_server_that_cannot_prove_itself_gets_nothing(server: Running) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await send(server, "ana@example.org")
    assert server.mailbox.taken == []


@pytest.mark.usefixtures("trusted")
async def test_refused_for_good_and_refused_for_now_are_told_apart(server: Running) -> None:
    server.mailbox.answers = {
        "gone@example.org": "550 5.1.1 no such user",
        "full@example.org": "452 4.2.2 mailbox full",
    }
    with pytest.raises(Undeliverable):
        await send(server, "gone@example.org")
    with pytest.raises(SMTPException):
        await send(server, "full@example.org")
    assert server.mailbox.taken == []


@pytest.mark.parametrize(
    "address", ["", "ana", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org"]
)
def test_what_is_not_one_address_is_nobodys(address: str) -> None:
    with pytest.raises(Undeliverable):
        compose(FROM, address, "A short question", "...")
