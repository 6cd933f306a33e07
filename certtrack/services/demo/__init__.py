"""The demonstration: plainly fictional people, one in every interesting standing."""

from certtrack.services.demo.loading import Login, check_demo_fits, count_mails, has_demo, load_demo
from certtrack.services.demo.policies import write_policies

__all__ = ["Login", "check_demo_fits", "count_mails", "has_demo", "load_demo", "write_policies"]
