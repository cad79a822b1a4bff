"""Settings every service has; each service adds its own. Read from CARELOOP_* variables."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """One process's settings. Durations are seconds, sizes bytes."""

    model_config = SettingsConfigDict(env_prefix="CARELOOP_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    internal_port: int = 9000
    public_url: str = "http://127.0.0.1:8000"

    database_url: SecretStr
    database_pool: int = 16
    sealing_keys: SecretStr
    """`id:base64url` pairs of 32-byte keys, comma-separated; the first seals, all open."""

    issuer: str = "http://careloop.localhost/issuer"
    audience: str = "careloop"
    jwks_url: str = "http://127.0.0.1:8110/jwks.json"
    token_max_age: int = 24 * 3600
    organization_claim: str = "org"
    roles_claim: str = "roles"

    token_url: str = "http://127.0.0.1:8110/token"
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")

    cases_url: str = "http://127.0.0.1:8101"
    resources_url: str = "http://127.0.0.1:8102"
    referrals_url: str = "http://127.0.0.1:8103"
    neighbour_deadline: float = 3.0
    event_wait: float = 20
    """How long a poll of a neighbour's event log waits for the next event."""

    data_dir: Path = Path(".careloop/data")

    max_body: int = 1_000_000
    body_deadline: float = 10
    """How long a body may take to come."""
    max_in_flight: int = 200
    requests_per_minute: int = 1200
    """Per caller: a token's subject, or the address of a caller without one."""
    trusted_proxies: str = "127.0.0.1"
    """Whose X-Forwarded-For is believed: addresses or networks, comma-separated."""
    cors_origins: list[str] = []
