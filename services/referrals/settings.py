"""What only referrals is told: where mail and text messages go, and how often a link may be tried."""

from typing import Literal

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    smtp_host: str = ""
    """Empty: mail is written to `data_dir`/outbox instead of being sent."""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = "no-reply@careloop.localhost"

    text_url: str = ""
    """Empty: text messages are written to `data_dir`/outbox-texts instead of being sent."""
    text_token: SecretStr = SecretStr("")
    text_from: str = ""

    bulk_deadline: float = 20
    """How long a bulk request begins rows; those not begun by then are `not_reached`."""

    link_requests_per_minute: int = 60
    """Per visitor's address."""
    help_requests_per_minute: int = 5
    """Forms sent in from public help pages, per visitor's address."""

    webhook_networks: list[str] = Field(default=[])
    """Networks that webhooks may call though they are not public."""
