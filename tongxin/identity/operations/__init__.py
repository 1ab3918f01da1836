"""身份的写入。 Writes of identity: persons and accounts, identifiers, who acts for whom."""

from tongxin.identity.operations.identifiers import register_identifier
from tongxin.identity.operations.particulars import correct_particulars
from tongxin.identity.operations.persons import (
    found_persons,
    open_account,
    register_organisation,
    sign_in,
)
from tongxin.identity.operations.representing import (
    authorise_representative,
    confirm_representative,
    end_representation,
)

__all__ = [
    "authorise_representative",
    "confirm_representative",
    "correct_particulars",
    "end_representation",
    "found_persons",
    "open_account",
    "register_identifier",
    "register_organisation",
    "sign_in",
]
