from django.apps import AppConfig

from tongxin.acts.registry import hand_in_book


class LawConfig(AppConfig):
    """法律。 The law of the city: instruments, lists, limits, calendars."""

    name = "tongxin.law"
    label = "law"
    verbose_name = "法律"

    def ready(self) -> None:
        """把法典交给闸门。 Hand the book to the gate: the only inversion in the house."""
        hand_in_book("tongxin.law.book.StatuteBook")
