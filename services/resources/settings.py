"""Settings of the resources service."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    search_engine: Literal["tantivy", "opensearch"] = "tantivy"
    """tantivy: an index on local disk. opensearch: a cluster, for more than one replica."""
    opensearch_url: SecretStr = SecretStr("http://127.0.0.1:9200")
    """May carry a user and a password; its path, if any, names the alias."""

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
