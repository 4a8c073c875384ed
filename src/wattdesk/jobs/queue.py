"""The job queue (procrastinate, jobs in PostgreSQL): the application and what it runs."""

import procrastinate


def on_app_ready(app: procrastinate.App) -> None:
    """Register our tasks when Django is ready."""
