"""慢下来。 Guessing is slowed down for one login from one address, and for nobody else."""

from tongxin.web.patience import Patience


def test_a_few_tries_are_free_and_then_it_waits() -> None:
    patience = Patience(tries=3, seconds=10)
    tried = [patience.allows(login="a", address="1", second=0.0) for _ in range(5)]
    assert tried == [True, True, True, False, False]
    assert not patience.allows(login="a", address="1", second=9.0)
    assert patience.allows(login="a", address="1", second=10.0)


def test_nobody_else_is_locked_out() -> None:
    patience = Patience(tries=1, seconds=10)
    assert patience.allows(login="a", address="1", second=0.0)
    assert not patience.allows(login="a", address="1", second=0.0)
    assert patience.allows(login="a", address="2", second=0.0)
    assert patience.allows(login="b", address="1", second=0.0)


def test_a_success_clears_what_was_held_and_memory_is_bounded() -> None:
    patience = Patience(tries=1, seconds=10, most=2)
    patience.allows(login="a", address="1", second=0.0)
    patience.forget(login="a", address="1")
    assert patience.allows(login="a", address="1", second=0.0)
    for name in "bcd":
        patience.allows(login=name, address="1", second=0.0)
    assert patience.allows(login="a", address="1", second=0.0), "the oldest were forgotten"
