"""pyconnectwise against the emulated ConnectWise: a line for each check, and exit code 1 if one fails."""

import os
import sys
from datetime import datetime, timezone
from urllib.parse import urlsplit

from pyconnectwise import ConnectWiseManageAPIClient
from pyconnectwise.config import Config
from pyconnectwise.exceptions import (
    AuthenticationFailedException,
    MalformedRequestException,
    NotFoundException,
    ObjectExistsError,
)
from pyconnectwise.utils.helpers import cw_format_datetime

HOST = urlsplit(os.environ["CW_URL"]).netloc
COMPANIES = int(os.environ["CW_COMPANIES"])
TICKETS = int(os.environ["CW_TICKETS"])
PROJECT_TICKETS = min(TICKETS // 20, 500)
LOGIN = {
    "company_name": os.environ["CW_COMPANY"],
    "client_id": os.environ["CW_CLIENT_ID"],
    "public_key": os.environ["CW_PUBLIC_KEY"],
    "private_key": os.environ["CW_PRIVATE_KEY"],
}

CHECKS = []


def check(text):
    """A check. What it returns is printed in brackets."""
    return lambda run: CHECKS.append((text, run, False))


def gap(text):
    """A check that is known to fail. It counts as failed when it passes, so that it becomes a check."""
    return lambda run: CHECKS.append((text, run, True))


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {repr(got)[:200]}, not {repr(wanted)[:200]}")


def refused(kind, run):
    """The client's own error, which `run` must end with."""
    try:
        got = run()
    except kind as error:
        equal("the kind of error", type(error), kind)
        return error
    raise AssertionError(f"{kind.__name__} was expected, and {got!r} came")


class ConnectWise(ConnectWiseManageAPIClient):
    """The client as it is, with a record of the answers that it got."""

    def __init__(self, **changes):
        self.answers = []
        # Its own retries would hide an emulator that fails now and then.
        super().__init__(manage_url=HOST, config=Config(max_retries=0), **{**LOGIN, **changes})

    def _make_request(self, *arguments, **options):
        # A list that does not end would keep the client busy for ever.
        if len(self.answers) > 100:
            raise AssertionError("the client asks and asks")
        answer = super()._make_request(*arguments, **options)
        self.answers.append(answer)
        return answer


def new_ticket(cw, **changes):
    ticket = {"summary": "Interop", "company": {"id": 3}, "board": {"id": 1}, **changes}
    return cw.service.tickets.post(ticket)


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def known(what, row, model):
    """Each member of the answer that the model knows is in it as it came."""
    count = 0
    for name, field in type(model).model_fields.items():
        if field.alias not in row:
            continue
        value, got = row[field.alias], getattr(model, name)
        if isinstance(value, dict) and hasattr(type(got), "model_fields"):
            count += known(f"{what} {field.alias}", value, got)
        elif isinstance(got, (str, bool, int, float)) and not isinstance(value, (dict, list)):
            equal(f"{what} {field.alias}", got, value)
            count += 1
    return count


def everything(endpoint, page_size=100, **params):
    """All records by pages. Each id comes once."""
    asked = len(endpoint.client.answers)
    first = endpoint.paginated(1, page_size, {"orderBy": "id asc", **params})
    rows = list(first.all())
    equal("different ids", len({row.id for row in rows}), len(rows))
    pages = len(endpoint.client.answers) - asked
    equal("pages", pages, max(1, (len(rows) + page_size - 1) // page_size))
    return rows


# Login


@check("finds the codebase, and works by it")
def _():
    cw = ConnectWise()
    equal("asked", cw.answers[0].url, f"https://{HOST}/login/companyinfo/{LOGIN['company_name']}")
    if cw.codebase == "v4_6_release/" or not cw.codebase.endswith("/"):
        raise AssertionError(f"codebase {cw.codebase}")
    info = cw.system.info.get()
    equal("type of is_cloud", type(info.is_cloud), bool)
    equal("version", info.version.startswith(cw.codebase.strip("/").replace("_", ".")), True)
    return f"{cw.codebase}, {info.version}"


@check("reports a company that is not there")
def _():
    # Where the answer is `null` instead, as by default, the client breaks.
    error = refused(NotFoundException, lambda: ConnectWise(company_name="nobody"))
    equal("path", urlsplit(error.response.url).path, "/login/companyinfo/nobody")


@check("reports a wrong key")
def _():
    for name in ["public_key", "private_key"]:
        cw = ConnectWise(**{name: "wrong"})
        error = refused(AuthenticationFailedException, cw.service.boards.get)
        equal("status", error.response.status_code, 401)
        equal("members", {"code", "message"} <= set(error.response.json()), True)


@check("reports a codebase that has changed")
def _():
    cw = ConnectWise()
    cw.codebase = "v2019_1/"
    error = refused(MalformedRequestException, cw.service.boards.get)
    equal("text", error.details(), "Cannot route. Codebase/company is invalid")


# Reading

RESOURCES = {
    "companies": lambda cw: cw.company.companies,
    "company types": lambda cw: cw.company.companies.types,
    "company statuses": lambda cw: cw.company.companies.statuses,
    "contacts": lambda cw: cw.company.contacts,
    "configurations": lambda cw: cw.company.configurations,
    "tickets": lambda cw: cw.service.tickets,
    "project tickets": lambda cw: cw.project.tickets,
    "projects": lambda cw: cw.project.projects,
    "boards": lambda cw: cw.service.boards,
    "board statuses": lambda cw: cw.service.boards.id(1).statuses,
    "priorities": lambda cw: cw.service.priorities,
    "time entries": lambda cw: cw.time.entries,
    "schedule entries": lambda cw: cw.schedule.entries,
    "agreements": lambda cw: cw.finance.agreements,
    "invoices": lambda cw: cw.finance.invoices,
    "opportunities": lambda cw: cw.sales.opportunities,
    "activities": lambda cw: cw.sales.activities,
    "catalog items": lambda cw: cw.procurement.catalog,
    "members": lambda cw: cw.system.members,
    "agreement types": lambda cw: cw.finance.agreements.types,
}


def decodes(name, find):
    @check(f"decodes {name}")
    def _():
        cw = ConnectWise()
        endpoint = find(cw)
        models = endpoint.get(params={"pageSize": 1000, "orderBy": "id asc"})
        rows = cw.answers[-1].json()
        if not rows:
            raise AssertionError("there are none: this shows nothing")
        equal("how many", len(models), len(rows))
        values = sum(known(name, row, model) for row, model in zip(rows, models))
        return f"{len(rows)} of {type(models[0]).__name__}, {values} values"


for each in RESOURCES.items():
    decodes(*each)


@check("goes through all pages")
def _():
    cw = ConnectWise()
    rows = everything(cw.service.tickets)
    equal("tickets", [row.id for row in rows], list(range(1, TICKETS + 1)))
    equal("by large pages", len(everything(cw.service.tickets, 1000)), TICKETS)
    equal("contacts", len(everything(cw.company.contacts)), COMPANIES * 3)
    equal("companies", [row.id for row in everything(cw.company.companies, 10)], list(range(1, COMPANIES + 1)))
    equal("project tickets", len(everything(cw.project.tickets)), PROJECT_TICKETS)
    return f"{TICKETS} tickets"


@check("keeps conditions from page to page")
def _():
    cw = ConnectWise()
    conditions = 'closedFlag=false and board/name="Service Desk"'
    rows = everything(cw.service.tickets, 10, conditions=conditions)
    count = cw.service.tickets.count.get(params={"conditions": conditions}).count
    equal("rows", len(rows), count)
    equal("odd ones", [row.id for row in rows if row.closed_flag or row.board.id != 1], [])
    return f"{count} tickets"


@check("goes forward and back by the links")
def _():
    cw = ConnectWise()
    page = cw.company.companies.paginated(2, 10, {"orderBy": "id asc"})
    equal("second", [row.id for row in page], list(range(11, 21)))
    equal("links", (page.first_page, page.prev_page, page.next_page), (1, 1, 3))
    page.get_previous_page()
    equal("first", [row.id for row in page], list(range(1, 11)))
    equal("before the first", (page.has_prev_page, page.prev_page), (False, None))


@check("knows the last page by the links")
def _():
    page = ConnectWise().company.companies.paginated(2, 10, {"orderBy": "id asc"})
    equal("last", page.last_page, (COMPANIES + 9) // 10)


@check("counts")
def _():
    cw = ConnectWise()
    wanted = {
        cw.company.companies: COMPANIES,
        cw.company.contacts: COMPANIES * 3,
        cw.service.tickets: TICKETS,
        cw.project.tickets: PROJECT_TICKETS,
    }
    for endpoint, count in wanted.items():
        equal(endpoint.endpoint_base, endpoint.count.get().count, count)


@check("gets a record by its id")
def _():
    cw = ConnectWise()
    ticket = cw.service.tickets.id(5).get()
    company = cw.company.companies.id(ticket.company.id).get()
    equal("company", (company.name, company.identifier), (ticket.company.name, ticket.company.identifier))
    equal("the listed one", cw.service.tickets.get(params={"conditions": "id=5"}), [ticket])
    board = cw.service.boards.id(ticket.board.id).get()
    statuses = [status.id for status in cw.service.boards.id(board.id).statuses.get()]
    equal("status of its board", ticket.status.id in statuses, True)


@check("finds what was changed since a time")
def _():
    cw = ConnectWise()
    # Taken from the future, to be sure that nothing is found.
    now = cw_format_datetime(datetime(2100, 1, 1, tzinfo=timezone.utc))
    equal("since the future", cw.service.tickets.get(params={"conditions": f"lastUpdated>=[{now}]"}), [])
    stamp = cw.service.tickets.get(params={"orderBy": "lastUpdated desc", "pageSize": 10})[-1].info["lastUpdated"]
    rows = everything(cw.service.tickets, 1000, conditions=f"lastUpdated>=[{stamp}]")
    equal("too old", [row.id for row in rows if row.info["lastUpdated"] < stamp], [])
    equal("at least ten", len(rows) >= 10, True)


# Writing


@check("creates, changes and deletes a ticket")
def _():
    cw = ConnectWise()
    made = new_ticket(cw)
    equal("made", (made.summary, made.company.identifier, made.closed_flag), ("Interop", "C00003", False))
    one = cw.service.tickets.id(made.id)
    changed = one.patch([replace("summary", "Interop, again"), replace("priority", {"id": 1})])
    equal("changed", (changed.summary, changed.priority.id), ("Interop, again", 1))
    equal("read", one.get(), changed)
    note = one.notes.post({"text": "Looked at", "internalAnalysisFlag": True})
    equal("notes", [row.id for row in one.notes.get()], [note.id])
    one.delete()
    equal("status of the deletion", cw.answers[-1].status_code, 204)
    error = refused(NotFoundException, one.get)
    equal("message", error.response.json()["message"], f"Ticket {made.id} not found")
    equal("tickets", cw.service.tickets.count.get().count, TICKETS)


@check("replaces a ticket by PUT")
def _():
    cw = ConnectWise()
    made = new_ticket(cw, poNumber="PO-1")
    whole = {"summary": "Put", "company": {"id": 4}, "board": {"id": 1}, "severity": "Low", "impact": "High"}
    put = cw.service.tickets.id(made.id).put(whole)
    equal("put", (put.summary, put.company.id, put.severity, put.impact), ("Put", 4, "Low", "High"))
    equal("what was not sent", put.po_number or "", "")
    cw.service.tickets.id(made.id).delete()


@check("creates, changes and deletes a contact")
def _():
    cw = ConnectWise()
    made = cw.company.contacts.post({"firstName": "Pat", "lastName": "Porter", "company": {"id": 3}})
    one = cw.company.contacts.id(made.id)
    equal("title", one.patch([replace("title", "Porter")]).title, "Porter")
    one.communications.post({"type": {"id": 1}, "value": "pat@porter.example", "communicationType": "Email"})
    equal("addresses", [item.value for item in one.get().communication_items], ["pat@porter.example"])
    one.delete()
    refused(NotFoundException, one.get)


# Refusals


@check("reports what is not there")
def _():
    cw = ConnectWise()
    error = refused(NotFoundException, cw.company.contacts.id(57919).get)
    equal("error", error.response.json(), {"code": "NotFound", "message": "Contact 57919 not found"})
    made_up = cw.company.contacts
    made_up.endpoint_base = "nothing"
    error = refused(NotFoundException, made_up.get)
    equal("code", error.response.json()["code"], "ConnectWiseApi")


@check("reports a condition that it does not understand")
def _():
    error = refused(MalformedRequestException, lambda: ConnectWise().service.tickets.get(params={"conditions": "bogus=1"}))
    wanted = {"code": "ApiFindCondition", "message": "bogus is not a recognized name."}
    equal("error", {**error.response.json(), **wanted}, error.response.json())


@check("reports what is wrong in a record")
def _():
    cw = ConnectWise()
    error = refused(MalformedRequestException, lambda: cw.service.tickets.post({"summary": "Without a company"}))
    equal("error", [e["field"] for e in error.response.json()["errors"]], ["company"])
    company = {"name": "Zebra Zoo", "identifier": "C00003", "city": "Leeds"}
    error = refused(ObjectExistsError, lambda: cw.company.companies.post(company))
    equal("field", '"field": "identifier"' in error.extra_message, True)
    equal("companies", cw.company.companies.count.get().count, COMPANIES)


def main():
    failed = 0
    for text, run, expected in CHECKS:
        try:
            detail = run()
            mark = "FAIL" if expected else "ok"
            note = " - works now: make it a check" if expected else f" ({detail})" if detail else ""
        except Exception as error:
            mark = "gap" if expected else "FAIL"
            note = f" - {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        failed += mark == "FAIL"
        print(f"{mark:<4} pyconnectwise {text}{note}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
