"""Views of lists that somebody has given a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered


class SavedView(Numbered, Base):
    """What one account narrowed a page to, by a name of its own: the page's own address brings it back."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "page", "name"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    page: Mapped[str] = mapped_column(String(10))
    """`team`, `coverage` or `people`."""
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))
    """The filters as they stand in the address, without the question mark."""
    saved_at: Mapped[datetime]
