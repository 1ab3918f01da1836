"""身份的写入。 Writes of identity: persons and accounts, identifiers, who acts for whom, signing in and its means, recovery."""

from tongxin.identity.operations.city_login import (
    consent_client,
    end_client,
    register_client,
    withdraw_consent,
)
from tongxin.identity.operations.identifiers import register_identifier, withdraw_identifier
from tongxin.identity.operations.means import (
    add_key,
    add_totp,
    change_password,
    remove_means,
    renew_recovery_codes,
)
from tongxin.identity.operations.particulars import correct_particulars
from tongxin.identity.operations.persons import (
    close_account,
    found_persons,
    open_account,
    open_own_account,
    register_organisation,
)
from tongxin.identity.operations.recovering import (
    cancel_recovery,
    complete_recovery,
    decide_recovery,
    request_recovery,
)
from tongxin.identity.operations.representing import (
    authorise_representative,
    confirm_representative,
    end_representation,
)
from tongxin.identity.operations.signing_in import (
    confirm_identity,
    end_sessions,
    link_outside,
    sign_in,
    unlink_outside,
)

__all__ = [
    "add_key",
    "add_totp",
    "authorise_representative",
    "cancel_recovery",
    "change_password",
    "close_account",
    "complete_recovery",
    "confirm_identity",
    "confirm_representative",
    "consent_client",
    "correct_particulars",
    "decide_recovery",
    "end_client",
    "end_representation",
    "end_sessions",
    "found_persons",
    "link_outside",
    "open_account",
    "open_own_account",
    "register_client",
    "register_identifier",
    "register_organisation",
    "remove_means",
    "renew_recovery_codes",
    "request_recovery",
    "sign_in",
    "unlink_outside",
    "withdraw_consent",
    "withdraw_identifier",
]
