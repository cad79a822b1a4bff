"""`python -m services.referrals api | worker | migrate`"""

import sys

from services.referrals.main import create
from services.referrals.settings import Settings
from services.referrals.worker import create_steps
from shared.process import Service, main

SERVICE = Service("referrals", Settings, create, create_steps)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
