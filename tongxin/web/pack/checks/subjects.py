"""不得入清单的主题。 Subjects that no matter list may hold: the words are those of the law's own rules of admission."""

from tongxin.law.rules.subjects import SUBJECTS, Subject

__all__ = ["SUBJECTS", "Subject"]
