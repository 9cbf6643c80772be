"""profile: what each batch looks like, computed once per content and kept beside it."""

from tasks.profile.profile import ColumnProfile, Profile, merged
from tasks.profile.step import profile, profiles

__all__ = ["ColumnProfile", "Profile", "merged", "profile", "profiles"]
