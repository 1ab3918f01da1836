"""调用的一句。 The one statement of a call: what it asks of the grant, the law, the meters and the witnesses, and what it writes.

docs/decisions/0013 says why it is one. The gate adds its own part (the office, the power and the catalogue item with their
clauses in force, the record). Everything is compared at the moment `at`, with the dates that stand in the book and in the grant:
what was repealed, suspended or ended before the statement looked is refused, whether any job has run or not.
"""

from typing import Final

from tongxin.acts.terms import InOne
from tongxin.identity.rules import ALIAS
from tongxin.ledger.queries import NEWEST_WITNESSED

# What a grant allows, as one text: the columns no act changes after the grant was made, and its clauses. `seal` is a keyed
# digest of it, with a key that the database does not have, so that a grant edited by whoever owns the tables opens nothing.
# State is not in it: a stop is read from the append-only endings as well.
SEALED: Final = """ROW(g.number, g.source_id, g.item, g.provider, g.organ, g.kind, g.purpose, g.manner, g.fields,
       extract(epoch FROM g.since), extract(epoch FROM g.until), g.calls, g.rows, g.persons, g.entered_by, g.witnessed,
       g.emergency, g.application_id, (SELECT array_agg(k.clause_id || ' ' || k.ref ORDER BY k.clause_id)
                                         FROM exchange_grantclause k WHERE k.grant_id = g.id))::text"""
SEAL: Final = (
    f"sha256(%(key)s::bytea || sha256('\\x00'::bytea || %(key)s::bytea || convert_to({SEALED}, 'UTF8')))"
)

# Whoever comes second at the same grant waits here, and then looks at what the first has left: the meters are exact. A lock by
# the grant's name, not by its meter's row: that would be written twice.
WAIT: Final = "SELECT pg_advisory_xact_lock(%(turn)s::bigint)"

# `asked` are the persons looked up, who are counted; `named` also the one whose affair it is: both read the row on their page.
ABOUT: Final = f"""
held AS MATERIALIZED (
  SELECT g.id, g.number, g.item, g.organ, g.kind, g.purpose, g.manner, g.fields, g.since, g.until, g.state, g.entered_by, g.reviewed_by,
         g.witnessed, g.emergency, g.calls, g.rows, g.persons, g.seal = {SEAL} AS whole, m.calls AS had_calls,
         m.rows AS had_rows, m.persons AS had_persons, s.id AS source, s.open, s.key_kind, p.reviewed_by AS looked_over
    FROM exchange_grant g JOIN exchange_meter m ON m.grant_id = g.id JOIN exchange_source s ON s.id = g.source_id
    LEFT JOIN exchange_application p ON p.id = g.application_id
   WHERE g.number = %(grant)s::text),
asked AS MATERIALIZED (
  SELECT ref, sha256('\\x01'::bytea || %(key)s::bytea || convert_to(ref, 'UTF8')) AS digest
    FROM (SELECT DISTINCT coalesce(i.person_id, k.alias) AS ref FROM unnest(%(digests)s::text[], %(aliases)s::text[]) AS k(digest, alias)
            LEFT JOIN identity_identifier i ON i.digest = k.digest) a),
fresh AS MATERIALIZED (
  SELECT a.digest FROM asked a, held g
   WHERE NOT EXISTS (SELECT 1 FROM exchange_reached r WHERE r.grant_id = g.id AND r.person = a.digest)),
named AS (SELECT ref FROM asked UNION SELECT %(behalf)s::text WHERE %(behalf)s::text <> ''),
about AS MATERIALIZED (
  SELECT (SELECT item FROM held) AS item, coalesce(array_agg(ref ORDER BY ref COLLATE "C"), '{{}}') AS persons,
         '[' || coalesce(string_agg(to_json(ref)::text, ',' ORDER BY ref COLLATE "C"), '') || ']' AS persons_json FROM named)"""

# An enterprise acts through the person it has authorised, by the register of representations; an organ through its offices.
_REPRESENTED: Final = f"""EXISTS (
         SELECT 1 FROM here d, identity_representation r
          WHERE r.kind = 'organisation' AND r.powers = 'act' AND r.representative = ANY(%(refs)s::text[])
            AND (r.person = g.organ OR r.person IN (SELECT '{ALIAS}' || left(i.digest, 32) FROM identity_identifier i
                                                     WHERE i.person_id = g.organ))
            AND r.valid_from <= d.day AND (r.valid_to IS NULL OR d.day < r.valid_to)
            AND (r.ended_on IS NULL OR d.day < r.ended_on))"""

RESTS: Final = "SELECT k.clause_id AS clause FROM held g JOIN exchange_grantclause k ON k.grant_id = g.id"

OWN: Final = f"""
stopped AS (
  SELECT (SELECT e.what FROM exchange_grantending e WHERE e.grant_id = g.id AND e.what <> 'lapsed' ORDER BY e.id DESC LIMIT 1) AS what
    FROM held g),
own AS (
  SELECT CASE
         WHEN g.id IS NULL THEN 'no_grant'
         WHEN g.kind = 'enterprise' AND NOT {_REPRESENTED} THEN 'not_authorised'
         WHEN g.kind <> 'enterprise' AND (SELECT organ FROM standing) IS DISTINCT FROM g.organ THEN 'other_organ'
         WHEN g.whole IS NOT TRUE THEN 'grant_altered'
         WHEN %(person)s::text IN (g.entered_by, g.reviewed_by, coalesce(g.looked_over, '')) THEN 'same_person'
         WHEN g.state = 'terminated' OR x.what = 'terminated' THEN 'grant_terminated'
         WHEN g.state <> 'active' OR x.what = 'suspended' THEN 'grant_suspended'
         WHEN %(at)s::timestamptz < g.since THEN 'grant_not_begun'
         WHEN %(at)s::timestamptz >= g.until THEN 'grant_over'
         WHEN NOT EXISTS (SELECT 1 FROM rests) THEN 'no_clause' END AS first,
         CASE
         WHEN g.purpose <> %(purpose)s::text THEN 'other_purpose'
         WHEN %(batch)s::boolean AND g.manner = 'interface' THEN 'other_manner'
         WHEN NOT (%(fields)s::text[] <@ g.fields::text[]) OR %(fields)s::text[] = '{{}}' THEN 'field_not_granted'
         WHEN g.key_kind <> %(kind)s::text AND (g.key_kind <> '' OR %(digests)s::text[] <> '{{}}') THEN 'other_key'
         WHEN g.key_kind <> '' AND %(digests)s::text[] = '{{}}' THEN 'nobody_named'
         WHEN NOT g.open THEN 'source_closed'
         WHEN %(token)s::bytea IS NOT NULL AND EXISTS (SELECT 1 FROM exchange_call c WHERE c.token = %(token)s::bytea) THEN 'repeated'
         WHEN g.witnessed AND (({NEWEST_WITNESSED}) >= %(at)s::timestamptz - make_interval(secs => %(within)s::float8)) IS NOT TRUE
         THEN 'no_recent_witness'
         WHEN g.had_calls + 1 > g.calls THEN 'calls_spent'
         WHEN g.had_rows + %(rows)s::bigint > g.rows THEN 'rows_spent'
         WHEN g.had_persons + (SELECT count(*) FROM fresh) > g.persons THEN 'persons_spent' END AS last
    FROM (VALUES (1)) one LEFT JOIN held g ON true LEFT JOIN stopped x ON true)"""

WRITES: Final = """
called AS (
  INSERT INTO exchange_call (entry, grant_id, organ, office, at, fields, matter, persons, rows, third, token)
  SELECT let.entry, g.id, g.organ, v.office, %(at)s::timestamptz, %(fields)s::text[], %(matter)s::text, (SELECT count(*) FROM asked),
         %(rows)s::bigint, %(behalf)s::text <> '' AND NOT EXISTS (SELECT 1 FROM asked WHERE ref = %(behalf)s::text), %(token)s::bytea
    FROM let, held g, verdict v RETURNING id),
metered AS (
  UPDATE exchange_meter m SET calls = m.calls + 1, rows = m.rows + %(rows)s::bigint, persons = m.persons + (SELECT count(*) FROM fresh)
    FROM let, held g WHERE m.grant_id = g.id),
reached AS (
  INSERT INTO exchange_reached (grant_id, person) SELECT g.id, f.digest FROM let, held g, fresh f)"""

ANSWER: Final = """(SELECT id FROM called) AS call, about.persons, (SELECT source FROM held) AS source, (SELECT kind FROM held) AS kind"""

REFUSALS: Final = {
    "no_grant": ("没有这份授权", "there is no such grant"),
    "not_authorised": ("企业没有授权您经办", "the enterprise has not authorised you"),
    "other_organ": ("这份授权不是您单位的", "this grant is not your organ's"),
    "grant_altered": (
        "授权的内容与批准时不一致，停止使用",
        "the grant is not what was agreed; it opens nothing",
    ),
    "same_person": (
        "准予或者复核这份授权的人不能使用它",
        "who consented to a grant or reviews it cannot use it",
    ),
    "grant_terminated": ("授权已经终止", "the grant was terminated"),
    "grant_suspended": ("授权已经暂停", "the grant is suspended"),
    "grant_not_begun": ("授权尚未开始", "the grant has not begun"),
    "grant_over": ("授权已经到期", "the time of the grant is up"),
    "no_clause": ("授权没有条款作依据", "the grant rests on no clause"),
    "other_purpose": ("不是授权的用途", "this is not the purpose of the grant"),
    "other_manner": ("授权的共享方式不是批量的", "the grant is of an interface, not of a transfer"),
    "field_not_granted": ("所问的字段超出授权", "a field that was not granted is asked for"),
    "other_key": ("这个来源不用这种号码查找", "this source is not searched by such a number"),
    "nobody_named": ("没有写明查谁", "it is not said whose data is asked for"),
    "source_closed": ("来源系统没有接通", "the source system is not connected"),
    "repeated": (
        "这个请求已经办过，不再查看第二次",
        "this request was answered before; nothing is looked at twice",
    ),
    "no_recent_witness": (
        "最近没有外部见证，暂不能调用",
        "no witness has seen the ledger lately; calls wait until one has",
    ),
    "calls_spent": ("调用次数已经用完", "the calls of the grant are used up"),
    "rows_spent": ("行数不够了", "the rows of the grant do not suffice"),
    "persons_spent": ("涉及的人数超出授权", "more persons than the grant allows"),
}

CALL: Final = InOne(
    wait=WAIT, about=ABOUT, rests=RESTS, own=OWN, writes=WRITES, answer=ANSWER, refusals=REFUSALS
)
