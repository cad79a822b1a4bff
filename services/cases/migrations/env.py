"""The cases database's migrations."""

from services.cases.models import metadata
from shared import migrations

migrations.run(metadata)
