from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """存证台账。 The ledger."""

    name = "tongxin.ledger"
    label = "ledger"
    verbose_name = "存证台账"
