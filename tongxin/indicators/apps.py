from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """指标。"""

    name = "tongxin.indicators"
    label = "indicators"
    verbose_name = "指标"
