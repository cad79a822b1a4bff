"""A sealed value opens only where it was sealed, and keys can be rotated."""

import pytest

from shared.sealing import Keyring, SealBroken

ONE, TWO = "k1:" + "A" * 43 + "=", "k2:" + "B" * 42 + "A="


def test_a_value_opens_in_its_own_cell_only() -> None:
    ring = Keyring(ONE)
    sealed = ring.seal(b"Ms Canary", "client:ssn:1")
    assert b"Canary" not in sealed
    assert ring.open(sealed, "client:ssn:1") == b"Ms Canary"
    for elsewhere in ("client:ssn:2", "client:note:1", "note:ssn:1"):
        with pytest.raises(SealBroken):
            ring.open(sealed, elsewhere)


def test_the_same_value_never_seals_the_same() -> None:
    ring = Keyring(ONE)
    assert ring.seal(b"x", "a") != ring.seal(b"x", "a")


def test_every_flipped_byte_is_noticed() -> None:
    ring = Keyring(ONE)
    sealed = ring.seal(b"Ms Canary", "a")
    for position in range(len(sealed)):
        touched = bytearray(sealed)
        touched[position] ^= 1
        with pytest.raises(SealBroken):
            ring.open(bytes(touched), "a")


def test_a_new_first_key_seals_and_the_old_one_still_opens() -> None:
    old = Keyring(ONE).seal(b"x", "a")
    rotated = Keyring(f"{TWO},{ONE}")
    assert rotated.open(old, "a") == b"x"
    assert rotated.seal(b"x", "a").startswith(b"k2:")
    with pytest.raises(SealBroken):
        Keyring(ONE).open(rotated.seal(b"x", "a"), "a")


def test_a_blind_index_is_equal_for_equal_values_of_one_field_only() -> None:
    ring = Keyring(ONE)
    assert ring.blind_index("123", "ssn") == ring.blind_index("123", "ssn")
    assert ring.blind_index("123", "ssn") != ring.blind_index("123", "insurance")
    assert ring.blind_index("123", "ssn") != Keyring(TWO).blind_index("123", "ssn")
    rotated = Keyring(f"{TWO},{ONE}")
    assert rotated.blind_index("123", "ssn") == ring.blind_index("123", "ssn")


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k1:" + "A" * 20])
def test_bad_keys_stop_the_process_at_its_start(text: str) -> None:
    with pytest.raises(ValueError, match="CARELOOP_SEALING_KEYS"):
        Keyring(text)
