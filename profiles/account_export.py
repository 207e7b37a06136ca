"""All that is stored of a person, as JSON: found by walking the tables, so that none is forgotten.

A table belongs to a person by a foreign key to User, by one to such a row (a token of a connected
account), or by the column that `ALSO` names.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from bzpeer.lib.models import AuditEvent, ReturnedAddress, SentMail
from claims.models import ClaimEvent, Conversation, Correction, Outcome
from profiles.models import User

# What would open the account to whoever finds the file, or names the account of a reviewer.
HIDDEN = {
    "account.emailconfirmation": {"key"},
    "claims.claimevent": {"actor"},
    "claims.conversation": {"closed_by"},
    "claims.evidencecode": {"digest"},
    "claims.invitation": {"delivered_at", "silenced_at"},
    "claims.message": {"withheld_from"},
    "claims.outcome": {"marked_by"},
    "claims.proposal": {"agreed", "proposed_by"},
    "mfa.authenticator": {"data"},
    "profiles.recoverycode": {"digest"},
    "profiles.secretlink": {"digest"},
    "profiles.user": {"password"},
    "socialaccount.socialtoken": {"token", "token_secret"},
    "usersessions.usersession": {"session_key"},
}
# The look-ups of tables that name a person without a foreign key, and what they look for; notes
# about records have a way of their own.
ALSO = {
    AuditEvent: ("user_id", "pk"),
    ClaimEvent: ("user", "pk"),
    Conversation: ("participants__user", "pk"),
    Outcome: ("conversation__participants__user", "pk"),
    ReturnedAddress: ("user_id", "pk"),
    SentMail: ("address__in", "proven_addresses"),
}
# A column by which a row has to do with a person and is another's: "…_by" says who decided, and a
# challenge is not shown to the holder whom it is against before it is admitted. In a conversation
# a message is its writer's, and a seat is whose it is. Who is blocked or reported is not told.
ANOTHERS = re.compile(r"\w+_by|holder|conversation|blocked|reported")
# A code of a piece of evidence of a claim of a person.
DEPTH = 3
CHUNK = 500


def paths_to_user(model: type[Model], depth: int = DEPTH) -> list[str]:
    """The look-ups by which a row of the model belongs to an account; none for most models."""
    found = []
    for field in model._meta.get_fields():
        if not isinstance(field, Field) or not (field.many_to_one or field.one_to_one):
            continue
        if ANOTHERS.fullmatch(field.name):
            continue
        target = field.related_model
        if target is User:
            found.append(field.name)
        elif depth > 1 and isinstance(target, type) and issubclass(target, Model):
            found += [f"{field.name}__{path}" for path in paths_to_user(target, depth - 1)]
    return found


def tables() -> list[type[Model]]:
    """Every model with rows of people, in a fixed order."""
    models = apps.get_models(include_auto_created=True)
    own = (m for m in models if m is User or m in ALSO or paths_to_user(m))
    return sorted((*own, Correction), key=lambda model: model._meta.label_lower)


def rows_of(user: User, model: type[Model]) -> QuerySet[Any]:
    """The person's rows of one table, in the order of their keys."""
    if model is User:
        mine = Q(pk=user.pk)
    elif model is Correction:
        mine = Q(pk__in=_notes_from(user))
    elif model in ALSO:
        column, value = ALSO[model]
        mine = Q(**{column: getattr(user, value)})
    else:
        mine = Q(pk__in=[])
        for path in paths_to_user(model):
            mine |= Q(**{path: user})
    return model._default_manager.filter(mine).order_by("pk")


def _notes_from(user: User) -> QuerySet[Any]:
    """Sent with an address that is shown to be theirs: anyone can add another's to an account."""
    sent = Correction.objects.annotate(low=Lower("email"))
    return sent.filter(low__in=user.proven_addresses).values("pk")


def export(user: User) -> Iterator[str]:
    """The JSON in pieces: `{"exported_at": …, "tables": {"profiles.user": [{…}], …}}`."""
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    yield f'{{"exported_at": {encode(timezone.now())}, "tables": {{'
    for number, model in enumerate(tables()):
        label = model._meta.label_lower
        yield f"{', ' if number else ''}\n{encode(label)}: ["
        yield from _separated(encode(row) for row in _shown(user, model))
        yield "]"
    yield "}}\n"


def _shown(user: User, model: type[Model]) -> Iterator[dict[str, Any]]:
    hidden = HIDDEN.get(model._meta.label_lower, set())
    columns = [field.attname for field in model._meta.concrete_fields if field.name not in hidden]
    return iter(rows_of(user, model).values(*columns).iterator(chunk_size=CHUNK))


def _separated(pieces: Iterator[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield f"{',' if number else ''}\n  {piece}"
