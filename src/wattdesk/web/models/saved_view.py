"""Saved views of lists."""

from django.db import models


class SavedView(models.Model):
    """我的视图: the address of a list (filters, order, columns) under a name of one's own.

    A view holds no rights and no rows: whoever opens it sees what they may see.
    """

    staff = models.ForeignKey("identity.Staff", models.CASCADE, related_name="+")
    list_key = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "web_saved_view"
        constraints = [
            models.UniqueConstraint(fields=["staff", "list_key", "name"], name="saved_view_once")
        ]

    def __str__(self) -> str:
        return f"{self.list_key} {self.name}"
