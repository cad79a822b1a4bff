"""What only referrals is told: where mail goes, and how often a link may be tried."""

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    smtp_host: str = ""
    """Empty: mail is written to `data_dir`/outbox instead of being sent."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = "no-reply@careloop.localhost"

    link_requests_per_minute: int = 60
    """Per visitor's address."""
