from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """数据共享。 Lawful data: catalogue, application, grant, call, and who looked at whose data."""

    name = "tongxin.exchange"
    label = "exchange"
    verbose_name = "数据共享"
