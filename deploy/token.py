"""Prints a user's token from the development issuer, and nothing else."""

import argparse
import sys
from uuid import UUID

from deploy.issuer import ROLES, Issuer
from deploy.state import State


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m deploy.token", description=__doc__)
    arguments.add_argument("role", choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    arguments.add_argument("--organization", type=UUID)
    arguments.add_argument("--subject", type=UUID)
    arguments.add_argument("--name")
    chosen = arguments.parse_args()
    try:
        issuer = Issuer(State())
    except PermissionError as error:
        sys.exit(str(error))
    print(issuer.user_token(chosen.role, chosen.organization, chosen.subject, chosen.name))


if __name__ == "__main__":
    main()
