"""The journal: begun once, each partition noted once, whatever the order of tries."""

from lake.rules.journal import GOLD, SILVER, Journal, Promoted

EMPTY = Journal(1, "run")
ONE, TWO = Promoted("a", "1-run"), Promoted("b", "1-run")


def test_a_layer_is_begun_once() -> None:
    begun = EMPTY.begun(SILVER, ("a", "b")).noted(SILVER, ONE)
    assert begun.begun(SILVER, ("a", "b", "c")) == begun


def test_a_layer_is_complete_when_nothing_is_pending() -> None:
    begun = EMPTY.begun(SILVER, ("a", "b"))
    assert not EMPTY.is_complete(SILVER)
    assert not begun.noted(SILVER, ONE).is_complete(SILVER)
    assert begun.noted(SILVER, ONE).noted(SILVER, TWO).is_complete(SILVER)
    assert EMPTY.begun(SILVER, ()).is_complete(SILVER)


def test_layers_do_not_mix() -> None:
    both = EMPTY.begun(SILVER, ("a",)).begun(GOLD, ("a",)).noted(GOLD, ONE)
    assert both.is_complete(GOLD)
    assert not both.is_complete(SILVER)


def test_noting_twice_changes_nothing() -> None:
    once = EMPTY.begun(SILVER, ("a", "b")).noted(SILVER, ONE)
    assert once.noted(SILVER, ONE) == once
    assert once.layers[SILVER].done == (ONE,)
