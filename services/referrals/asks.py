"""Asks clients whether they got help, when a clock wants it: the way their safe-contact policy allows."""

from datetime import datetime

from services.referrals import words
from services.referrals.clients import CasesClient
from services.referrals.commands import ask_requests
from services.referrals.mail import Mailer, compose, new_mailer
from services.referrals.settings import Settings
from shared.db import Database, Record
from shared.schemas.disclosures import ContactDecision
from shared.worker import Surroundings


class Asks:
    """One request a step. cases and the mail server are called between transactions."""

    def __init__(self, surroundings: Surroundings, settings: Settings) -> None:
        self._surroundings, self._settings = surroundings, settings
        self._db: Database = surroundings.db
        self._send: Mailer = new_mailer(settings)

    async def step(self, now: datetime) -> bool:
        request = await self._db.run(ask_requests.take, now)
        if request is None:
            return False
        decision = await self._decision(request)
        if decision.channel == "email" and decision.address:
            await self._mail(request, decision)
        else:
            await self._db.run(ask_requests.not_by_mail, request, decision)
        return True

    async def _decision(self, request: Record) -> ContactDecision:
        token = await self._surroundings.tokens.get()
        deadline = self._settings.neighbour_deadline
        http = self._surroundings.http
        cases = CasesClient(http, self._settings.cases_url, token, deadline)
        return await cases.contact_decision(request["client_id"], request["organization"])

    async def _mail(self, request: Record, decision: ContactDecision) -> None:
        token = await self._db.run(ask_requests.link_for, request)
        if token is not None:
            said = words.words(decision.language)
            url = f"{self._settings.public_url}/answer/{token}"
            text = said["mail_body"].format(url=url)
            assert decision.address is not None
            sender = self._settings.mail_from
            await self._send(compose(sender, decision.address, said["mail_subject"], text))
        await self._db.run(ask_requests.mailed, request)
