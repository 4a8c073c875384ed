"""The business events that move money, each with its template.

Codes of ledger accounts are those of the chart in ``rulebook/chart_of_accounts.yaml``. An event is
undone by mirroring its recorded entries (:func:`wattdesk.kernel.posting.reverse`), so there is no
second template for taking a bill back.
"""

from wattdesk.kernel.posting.entries import Side
from wattdesk.kernel.posting.templates import Leg, Template

# 电费发行: the customer owes the bill; the funds are collected for the state and are no revenue.
BILL_RELEASED = Template(
    name="bill_released",
    reversal="bill_reversed",
    legs=(
        Leg("RECEIVABLE", Side.DEBIT, ("revenue_fen", "funds_fen"), by_customer=True),
        Leg("ENERGY_REVENUE", Side.CREDIT, ("revenue_fen",)),
        Leg("GOVERNMENT_FUNDS", Side.CREDIT, ("funds_fen",)),
    ),
)

# Who makes a transaction names its template; the name stays on the transaction for ever.
TEMPLATES = {template.name: template for template in (BILL_RELEASED,)}
