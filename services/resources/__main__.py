"""`python -m services.resources api | worker | migrate | import PATH | load-starter`."""

import sys

from services.resources import cli, worker
from services.resources.main import create
from services.resources.settings import Settings
from shared.process import Service, main

SERVICE = Service("resources", Settings, create, worker.create_steps)

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments and arguments[0] in cli.COMMANDS:
        sys.exit(cli.main(arguments))
    sys.exit(main(SERVICE, arguments))
