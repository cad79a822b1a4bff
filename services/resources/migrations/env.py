from services.resources.models import metadata
from shared import migrations

migrations.run(metadata)
