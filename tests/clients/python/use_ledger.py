"""A program of somebody else: it knows the ledger by /openapi.json only, of which `ledger_api` is made by
openapi-python-client. It prints what it saw, for the test to judge."""

import datetime
import json
import os
import uuid
from typing import TypeVar

from ledger_api.api.agreements import activate_agreement, propose_agreement
from ledger_api.api.commitments import amend_commitment, get_burn_down, get_periods, pledge_commitment
from ledger_api.api.investments import (
    agree_investment,
    agree_tranche,
    call_tranche,
    fund_tranche,
    get_tranches,
)
from ledger_api.api.ledger import list_entries
from ledger_api.api.milestones import approve_milestone, attest_milestone, define_milestone
from ledger_api.api.parties import register_party
from ledger_api.api.portfolio import get_portfolio
from ledger_api.api.usage import post_usage_batch, post_usage_event
from ledger_api.client import AuthenticatedClient
from ledger_api.models import (
    ActivateAgreementBody,
    AgreeInvestmentBody,
    AgreeInvestmentBodyInstrument,
    AgreeTrancheBody,
    AmendCommitmentBody,
    AmendCommitmentBodyBasis,
    ApproveMilestoneBody,
    ApproveMilestoneBodyDecision,
    AttestMilestoneBody,
    AttestMilestoneBodyOutcome,
    CallTrancheBody,
    ChargeMatchBody,
    ChargeMatchBodyAttributesType0,
    CommandAnswer,
    DefineMilestoneBody,
    DocumentBody,
    EligibilityRuleBody,
    EligibilityRuleBodyEffect,
    EvidenceBody,
    FundTrancheBody,
    GateBody,
    GetBurnDownInterval,
    MoneyBody,
    PeriodBody,
    PledgeCommitmentBody,
    PledgeCommitmentBodyBasis,
    ProblemAnswer,
    ProposeAgreementBody,
    RegisterPartyBody,
    RegisterPartyBodyKindsItem,
    ScheduleBody,
    ScheduleBodyMode,
    UsageEventBody,
    UsageEventBodyAttributesType0,
)
from ledger_api.types import Response

Answer = TypeVar("Answer")


def client(role: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["LEDGER_URL"], token=os.environ[f"KEY_{role}"])


operator, approver, poster, auditor = map(client, ("OPERATOR", "APPROVER", "POSTER", "AUDITOR"))


def key() -> str:
    return str(uuid.uuid4())


def right(response: Response[Answer | ProblemAnswer]) -> Answer:
    """The answer, or an end with the problem that was answered."""
    answer = response.parsed
    if answer is None or isinstance(answer, ProblemAnswer):
        raise SystemExit(f"{response.status_code} {response.content!r}")
    return answer


def usd(amount: str) -> MoneyBody:
    return MoneyBody(amount=amount, currency="USD")


def day(month: int, number: int = 1, year: int = 2026) -> datetime.datetime:
    return datetime.datetime(year, month, number, tzinfo=datetime.timezone.utc)


STARTS, MIDDLE, ENDS = day(1), day(7), day(1, year=2027)

for party, kinds in {
    "amazon": [RegisterPartyBodyKindsItem.VENDOR, RegisterPartyBodyKindsItem.INVESTOR],
    "anthropic": [RegisterPartyBodyKindsItem.CUSTOMER],
}.items():
    right(
        register_party.sync_detailed(
            client=operator,
            body=RegisterPartyBody(id=party, name=party, kinds=kinds),
            idempotency_key=key(),
        )
    )

right(
    propose_agreement.sync_detailed(
        client=operator,
        body=ProposeAgreementBody(
            id="generated",
            title="By a generated client",
            vendor_id="amazon",
            customer_id="anthropic",
            starts_at=STARTS,
            effective_at=STARTS,
            documents=[DocumentBody(name="Order form", sha256="a" * 64)],
        ),
        idempotency_key=key(),
    )
)
right(
    activate_agreement.sync_detailed(
        "generated",
        client=operator,
        body=ActivateAgreementBody(activated_at=STARTS),
        idempotency_key=key(),
    )
)

schedule = ScheduleBody(
    mode=ScheduleBodyMode.PERIOD_MINIMUMS,
    periods=[
        PeriodBody(start=STARTS, end=MIDDLE, minimum="400"),
        PeriodBody(start=MIDDLE, end=ENDS, minimum="500"),
    ],
)
support = ChargeMatchBodyAttributesType0.from_dict({"serviceCategory": ["Support"]})
eligibility = [
    EligibilityRuleBody(
        rule_id="no-support",
        effect=EligibilityRuleBodyEffect.EXCLUDE,
        match=ChargeMatchBody(attributes=support),
    )
]
pledge_key = key()


def pledge() -> Response[CommandAnswer | ProblemAnswer]:
    return pledge_commitment.sync_detailed(
        "generated",
        client=operator,
        body=PledgeCommitmentBody(
            id="cloud",
            name="Cloud spend",
            total=usd("900"),
            basis=PledgeCommitmentBodyBasis.EFFECTIVE,
            starts_at=STARTS,
            ends_at=ENDS,
            schedule=schedule,
            eligibility=eligibility,
            effective_at=STARTS,
        ),
        idempotency_key=pledge_key,
    )


pledged = pledge()
commitment = right(pledged).id
replayed = pledge()


def amend(version: str) -> Response[CommandAnswer | ProblemAnswer]:
    return amend_commitment.sync_detailed(
        commitment,
        client=operator,
        body=AmendCommitmentBody(
            name="Cloud spend",
            total=usd("1000"),
            basis=AmendCommitmentBodyBasis.EFFECTIVE,
            starts_at=STARTS,
            ends_at=ENDS,
            schedule=schedule,
            eligibility=eligibility,
            effective_at=STARTS,
            reason="more of it",
        ),
        idempotency_key=key(),
        if_match=version,
    )


stale = amend('"0"').parsed
amended = right(amend(pledged.headers["etag"]))


def use(id: str, amount: str, service: str | None = None) -> UsageEventBody:
    attributes = None
    if service is not None:
        attributes = UsageEventBodyAttributesType0(service_category=service)
    return UsageEventBody(
        source="billing/generated",
        id=id,
        agreement="generated",
        effective_at=day(3),
        currency="USD",
        amount=amount,
        attributes=attributes,
    )


single = right(post_usage_event.sync_detailed(client=poster, body=use("one", "100.5")))
events = [use("one", "100.5"), use("two", "20"), use("three", "7", "Support")]
batch = right(post_usage_batch.sync_detailed(client=poster, body=events))
event = right(post_usage_event.sync_detailed(client=poster, body=use("four", "4.25")))

seen = f"{event.shard}:{event.position}"
as_of = datetime.date(2026, 6, 30)
burn_down = right(
    get_burn_down.sync_detailed(
        commitment,
        client=auditor,
        min_position=seen,
        as_of=as_of,
        interval=GetBurnDownInterval.MONTH,
    )
)
periods = right(
    get_periods.sync_detailed(commitment, client=auditor, min_position=seen, as_of=as_of)
)
portfolio = right(get_portfolio.sync_detailed(client=auditor, min_position=seen, as_of=as_of))

investment = right(
    agree_investment.sync_detailed(
        "generated",
        client=operator,
        body=AgreeInvestmentBody(
            id="equity",
            investor_id="amazon",
            recipient_id="anthropic",
            instrument=AgreeInvestmentBodyInstrument.EQUITY,
            total=usd("50"),
            effective_at=STARTS,
        ),
        idempotency_key=key(),
    )
).id
milestone = right(
    define_milestone.sync_detailed(
        investment,
        client=operator,
        body=DefineMilestoneBody(
            id="approval", definition="The regulator agrees", effective_at=STARTS
        ),
        idempotency_key=key(),
    )
).id
tranche = right(
    agree_tranche.sync_detailed(
        investment,
        client=operator,
        body=AgreeTrancheBody(
            id="first",
            number=1,
            amount=usd("50"),
            gate=GateBody(all_=[GateBody(milestone="approval")]),
            effective_at=STARTS,
        ),
        idempotency_key=key(),
    )
).id
ON = day(2)
right(
    attest_milestone.sync_detailed(
        milestone,
        client=operator,
        body=AttestMilestoneBody(
            outcome=AttestMilestoneBodyOutcome.MET,
            evidence=[EvidenceBody(name="Decision", sha256="b" * 64)],
            effective_at=ON,
        ),
        idempotency_key=key(),
    )
)
right(
    approve_milestone.sync_detailed(
        milestone,
        client=approver,
        body=ApproveMilestoneBody(
            decision=ApproveMilestoneBodyDecision.APPROVE, reason="seen", effective_at=ON
        ),
        idempotency_key=key(),
    )
)
right(
    call_tranche.sync_detailed(
        tranche, client=operator, body=CallTrancheBody(called_at=ON), idempotency_key=key()
    )
)
funded = right(
    fund_tranche.sync_detailed(
        tranche,
        client=operator,
        body=FundTrancheBody(amount=usd("50"), value_at=ON, reference="wire 1"),
        idempotency_key=key(),
    )
)
pipeline = right(
    get_tranches.sync_detailed(
        investment, client=auditor, min_position=f"{funded.shard}:{funded.position}"
    )
)
entries = right(list_entries.sync_detailed(client=auditor, type_="TrancheFunded", limit=1000))

minimums = [period.minimum.amount if period.minimum else None for period in periods.periods]
print(
    json.dumps(
        {
            "replayed": replayed.headers.get("idempotent-replayed"),
            "stale": stale.code if isinstance(stale, ProblemAnswer) else None,
            "amended": [recorded.type_ for recorded in amended.events],
            "single": [single.outcome, single.applied],
            "batch": batch.counts.to_dict(),
            "event": event.outcome,
            "burnDown": [
                money.to_dict()
                for money in (burn_down.total, burn_down.applied, burn_down.ineligible)
            ],
            "minimums": minimums,
            "commitments": [each.commitment_id for each in portfolio.data],
            "stages": [[each.stage, *each.missing] for each in pipeline.tranches],
            "funded": len(entries.data),
        }
    )
)
