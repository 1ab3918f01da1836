"""数据共享的表。 Tables of lawful data, by noun."""

from tongxin.exchange.models.applying import Application, Correction, Dispute, Term
from tongxin.exchange.models.calling import Call, CallResult, Emergency, Meter, Reached
from tongxin.exchange.models.catalogue import Assessment, CatalogueRevision, Collected, Field, Source
from tongxin.exchange.models.granting import Grant, GrantClause, GrantEnding, OnwardConsent, UseRecord
from tongxin.exchange.models.persons import Contest, Deferral, DeferredLine, RightsRequest
from tongxin.exchange.models.releasing import Budget, Release, ReleaseQuestion
from tongxin.exchange.models.steps import ExchangeStep

__all__ = [
    "Application",
    "Assessment",
    "Budget",
    "Call",
    "CallResult",
    "CatalogueRevision",
    "Collected",
    "Contest",
    "Correction",
    "Deferral",
    "DeferredLine",
    "Dispute",
    "Emergency",
    "ExchangeStep",
    "Field",
    "Grant",
    "GrantClause",
    "GrantEnding",
    "Meter",
    "OnwardConsent",
    "Reached",
    "Release",
    "ReleaseQuestion",
    "RightsRequest",
    "Source",
    "Term",
    "UseRecord",
]
