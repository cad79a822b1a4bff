"""Settings of the resources service."""

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    default_timezone: str | None = None
    """IANA zone of opening hours where neither the location nor its source names one."""
    publisher: str = "Careloop"
    """Who the HSDS API says publishes the directory."""

    @property
    def index_path(self) -> Path:
        return self.data_dir / "search"

    @property
    def reports_path(self) -> Path:
        return self.data_dir / "imports"
