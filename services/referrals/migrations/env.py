from services.referrals.models import metadata
from shared import migrations

migrations.run(metadata)
