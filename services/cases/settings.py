"""Settings of the cases service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has; nothing more so far."""
