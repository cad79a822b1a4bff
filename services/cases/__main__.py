"""`python -m services.cases api | worker | migrate`."""

import sys

from services.cases import worker
from services.cases.main import create
from services.cases.settings import Settings
from shared.process import Service, main

SERVICE = Service("cases", Settings, create, worker.create_steps)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
