"""Runs one month of all due segments; prints one line of JSON. Started by bench.whole_run."""

import json
import sys
import time
from datetime import UTC, datetime

from wattdesk.jobs.cli.start import django_ready


def main() -> None:
    """start → calculate → propose → sign → post, with the number of workers named."""
    month_text, workers = sys.argv[1], int(sys.argv[2])
    django_ready()
    from wattdesk.domains.billing import api as billing
    from wattdesk.domains.identity import api as identity
    from wattdesk.domains.metering import api as metering
    from wattdesk.jobs import pool
    from wattdesk.kernel.schedule.billing_dates import parse_month
    from wattdesk.kernel.schedule.civil import civil_date
    from wattdesk.toolkit.acts import Act
    from wattdesk.usecases import monthly_billing

    now = datetime.now(tz=UTC)
    today = civil_date(now)
    people = [identity.find_staff(n, on=today) for n in ("billing.officer", "billing.supervisor")]
    officer, supervisor = (Act(p.id, p.name, now, "benchmark") for p in people)
    month = parse_month(month_text)
    began = time.perf_counter()
    with pool.pool(workers) as processes:
        runs = [
            monthly_billing.start(segment.code, month, by=officer, today=today)
            for segment in metering.due_segments(month)
        ]
        processes.work(runs, pool.CALCULATE)
        for run_id in runs:
            monthly_billing.propose(run_id, by=officer)
            monthly_billing.sign(run_id, by=supervisor)
        processes.work(runs, pool.POST)
    seconds = time.perf_counter() - began
    stages: dict[str, float] = {}
    statuses = [billing.get_run(run_id) for run_id in runs]
    for status in statuses:
        assert status.state == "RELEASED", status.state
        for name, value in status.seconds.items():
            stages[name] = stages.get(name, 0) + value
    print(
        json.dumps(
            {
                "seconds": seconds,
                "bills": sum(s.billed for s in statuses),
                "held": sum(s.held for s in statuses),
                "stages": stages,
            }
        )
    )


if __name__ == "__main__":
    main()
