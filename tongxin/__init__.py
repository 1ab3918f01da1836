"""同心：一座城市依法共治的平台。 Tongxin: a city governs itself together, under law."""

__version__ = "0.2.0"
