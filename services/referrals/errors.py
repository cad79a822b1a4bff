"""What can go wrong with a referral, as its caller sees it."""

from shared.errors import Conflict, Denial


class ListingClosed(Conflict):
    """`reasons` are the directory's codes."""

    type, title = "listing-closed", "The service takes no referrals"


class ReceiverUnknown(Conflict):
    type, title = "receiver-unknown", "Nobody is known to answer for this service"


class AlreadyClaimed(Conflict):
    """Another tenant answers for it: nobody may put themselves in its place."""

    type, title = "already-claimed", "Another organization answers for this"


class DuplicateReferral(Conflict):
    """`duplicates` are the live referrals; a reason overrides."""

    type, title = "duplicate-referral", "The client is already referred for this"


class NeedNotOpen(Conflict):
    type, title = "need-not-open", "The need is not open"


class PacketClosed(Denial, Conflict):
    """Consent was withdrawn or has expired, or the referral was withdrawn at once.

    Who still tried to open it is on record.
    """

    type, title = "packet-closed", "The packet is closed"


class PacketMissing(Conflict):
    """It was moved in from another system: nothing was disclosed here yet."""

    type, title = "packet-missing", "There is no packet yet"


class NotDisclosable(Conflict):
    """Only a dry run says so, with `code` and `missing`: the real thing answers cases' own problem."""

    type, title = "not-disclosable", "cases would not disclose it"


class ListingExcluded(Conflict):
    """It came to nothing there before: `code` says why, `until` when it may be tried again.

    Where `review` is true, a person who has looked may send there all the same.
    """

    type, title = "listing-excluded", "Not this client to this service now"


class NoAlternative(Conflict):
    type, title = "no-alternative", "No other service was found"


class TooLate(Conflict):
    """An expired referral can no longer be accepted; `code` says why."""

    type, title = "too-late", "It is too late to accept"


class NotYet(Conflict):
    """Something has to happen first; `code` says what."""

    type, title = "not-yet", "Something has to happen first"


class QuestionOpen(Conflict):
    type, title = "question-open", "A question waits for its answer"


class CapacityFull(Conflict):
    """The receiver keeps count of its places for this service, and none is free."""

    type, title = "capacity-full", "There is no free place"


class Claimed(Conflict):
    """A colleague has taken it on; `claimed_by` says who."""

    type, title = "claimed", "A colleague has claimed it"


class PacketIncomplete(Conflict):
    """What is asked for needs a class of data that the packet does not hold: `missing`."""

    type, title = "packet-incomplete", "The packet does not hold what is needed"


class Superseded(Conflict):
    """It was sent to several, and another has accepted."""

    type, title = "superseded", "Another receiver has accepted"


class TooManyWebhooks(Conflict):
    type, title = "too-many-webhooks", "This organization has as many webhooks as it may"


class SlugTaken(Conflict):
    type, title = "slug-taken", "There is a page at this address already"
